import type { ReactNode } from 'react'
import type { GroupState } from '../server/wire.ts'
import { ConsumerForm } from './consumer-form.tsx'
import { ConsumerReport } from './consumer-report.tsx'
import classes from './consumers-view.module.css'

/** Consumers that run in the server: how they behave, and what one sees of them. */
export function ConsumersView({
  queue,
  group,
}: {
  readonly queue: string
  readonly group: GroupState | undefined
}): ReactNode {
  return (
    <div className={classes['view']} data-started={group !== undefined || undefined}>
      <ConsumerForm queue={queue} group={group} />
      <ConsumerReport queue={queue} group={group} />
    </div>
  )
}
