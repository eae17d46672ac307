import { IconChevronRight } from '@tabler/icons-react'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { NameText } from '../../../../web/name-text.tsx'
import classes from './breadcrumbs.module.css'

/** Steps that are shown in full; those between the first and these are one. */
const lastMax = 3

interface Step {
  readonly name: string
  readonly prefix: string
}

/** The prefix, each step of it a link. */
export function Breadcrumbs({ prefix }: { readonly prefix: string }): ReactNode {
  const steps = stepsOf(prefix)
  const hidden = steps.slice(0, Math.max(0, steps.length - lastMax))
  const parent = hidden.at(-1)
  const shown = steps.slice(hidden.length)
  return (
    <nav aria-label="Prefix" className={classes['crumbs']}>
      <ol>
        <Crumb step={{ name: 'All objects', prefix: '' }} isLast={steps.length === 0} isFirst />
        {parent === undefined ? null : <Crumb step={{ ...parent, name: '…' }} />}
        {shown.map((step) => (
          <Crumb key={step.prefix} step={step} isLast={step === shown.at(-1)} />
        ))}
      </ol>
    </nav>
  )
}

function Crumb({
  step: { name, prefix },
  isFirst = false,
  isLast = false,
}: {
  readonly step: Step
  readonly isFirst?: boolean
  readonly isLast?: boolean
}): ReactNode {
  const search = (before: object): object => ({
    ...before,
    ...{ prefix, key: undefined, as: undefined, at: undefined },
    ...{ mode: undefined, filter: undefined },
  })
  // The prefix goes into the search part, escaped: the address is always one of this page.
  const to = { to: '/objects', search } as unknown as LinkProps
  return (
    <li className={classes['crumb']}>
      {isFirst ? null : <IconChevronRight size={14} aria-hidden />}
      <Link
        {...to}
        className={classes['link']}
        aria-current={isLast ? 'page' : undefined}
        title={prefix === '' ? undefined : prefix}
      >
        <NameText text={name} />
      </Link>
    </li>
  )
}

/** `a/b/` -> `a/`, `b/`. A prefix need not end with `/`. */
function stepsOf(prefix: string): Step[] {
  const steps: Step[] = []
  for (let from = 0; from < prefix.length;) {
    const slash = prefix.indexOf('/', from)
    const end = slash < 0 ? prefix.length : slash + 1
    const name = prefix.slice(from, slash < 0 ? end : slash)
    steps.push({ name: name === '' ? '/' : name, prefix: prefix.slice(0, end) })
    from = end
  }
  return steps
}
