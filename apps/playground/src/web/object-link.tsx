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

function ScreenLink({
  search,
  children,
}: {
  readonly search: object
  readonly children: ReactNode
}): ReactNode {
  return (
    <Anchor
      size="sm"
      underline="hover"
      renderRoot={(props) => <Link {...props} {...({ to: '/objects', search } as object)} />}
    >
      {children}
    </Anchor>
  )
}
