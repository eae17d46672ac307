import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { NameText } from './name-text.tsx'

/** Leads to an object on the Objects screen. */
export function ObjectLink({ objectKey }: { readonly objectKey: string }): ReactNode {
  return (
    <ScreenLink search={{ key: objectKey }}>
      <NameText text={objectKey} />
    </ScreenLink>
  )
}

/** Leads to what is under a prefix on the Objects screen. */
export function PrefixLink({ prefix }: { readonly prefix: string }): ReactNode {
  return (
    <ScreenLink search={{ prefix }}>
      <NameText text={prefix} />
    </ScreenLink>
  )
}

/** Leads to a table or a queue on its screen. */
export function PartLink({
  part,
  name,
}: {
  readonly part: 'tables' | 'queues'
  readonly name: string
}): ReactNode {
  const search = part === 'tables' ? { table: name } : { queue: name }
  return (
    <ScreenLink to={`/${part}`} search={search}>
      <NameText text={name} />
    </ScreenLink>
  )
}

function ScreenLink({
  to = '/objects',
  search,
  children,
}: {
  readonly to?: string
  readonly search: object
  readonly children: ReactNode
}): ReactNode {
  return (
    <Anchor
      size="sm"
      underline="hover"
      renderRoot={(props) => <Link {...props} {...({ to, search } as object)} />}
    >
      {children}
    </Anchor>
  )
}
