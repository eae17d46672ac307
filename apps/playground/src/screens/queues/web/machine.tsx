import { type ReactNode, useState } from 'react'
import { countText } from '../../../web/amounts.ts'
import type { QueueDetail } from '../server/wire.ts'
import classes from './machine.module.css'

/**
 * Where the messages of a queue are, and how they go:
 *
 *     waiting ──► in flight ──► done
 *        ▲            │   └───► poison
 *        └────────────┘
 */
export function Machine({ detail: { state, group } }: { readonly detail: QueueDetail }): ReactNode {
  const { length, inFlight, done, poison, perSecond, hands } = state
  const handlers = group?.runningCount ?? 0
  const orphans = group?.orphans ?? 0
  const notes = [
    ...(handlers === 0 ? [] : [`${countText(handlers)} in handlers`]),
    ...(hands === 0 ? [] : [`${countText(hands)} in hand`]),
    ...(orphans === 0 ? [] : [`${countText(orphans)} left by a crash`]),
  ]
  return (
    <section className={classes['machine']} aria-label="Where the messages are">
      <Place
        name="waiting"
        label="Waiting"
        count={length - inFlight}
        note="visible, delayed, or held elsewhere"
      />
      <Arrow name="receive">receive</Arrow>
      <Place name="flight" label="In flight" count={inFlight} note={notes.join(', ')} />
      <Arrow name="handled">
        handled, deleted
        {perSecond > 0 ? (
          <>
            {' '}
            <span className={classes['rate']}>{rateText(perSecond)}</span>
          </>
        ) : null}
      </Arrow>
      <Place name="done" label="Done here" count={done} />
      <Arrow name="given">given up</Arrow>
      <Place name="poison" label="Poison" count={poison ?? 0} />
      <div className={classes['back']}>
        <div className={classes['why']}>
          <span className={classes['long']}>failed, let go, or the hold ran out</span>
          <span className={classes['short']} aria-hidden>
            again
          </span>
        </div>
      </div>
    </section>
  )
}

/** `12/s`, `0.4/s`. */
export function rateText(perSecond: number): string {
  const text = perSecond < 10 ? String(Number(perSecond.toFixed(1))) : countText(perSecond)
  return `${text}/s`
}

function Place({
  name,
  label,
  count,
  note,
}: {
  readonly name: 'waiting' | 'flight' | 'done' | 'poison'
  readonly label: string
  readonly count: number
  readonly note?: string
}): ReactNode {
  const [first] = useState(count)
  const hasMoved = count !== first || undefined
  return (
    <div className={`${classes['place']} ${classes[name]}`} data-place={name}>
      <span className={classes['label']}>{label}</span>
      <span key={count} className={classes['count']} data-moved={hasMoved}>
        {countText(count)}
      </span>
      {note === undefined ? null : <span className={classes['note']}>{note}</span>}
    </div>
  )
}

function Arrow({
  name,
  children,
}: {
  readonly name: 'receive' | 'handled' | 'given'
  readonly children: ReactNode
}): ReactNode {
  return <div className={`${classes['arrow']} ${classes[name]}`}>{children}</div>
}
