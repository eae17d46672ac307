import { Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { countText } from '../../../web/amounts.ts'
import { Empty } from '../../../web/empty.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import type { GroupState, RunningHandler } from '../server/wire.ts'
import { ConsumerLog } from './consumer-log.tsx'
import classes from './consumers-view.module.css'
import { rateText } from './machine.tsx'
import { ordinal, shortId } from './log-text.ts'
import { clockText, useNow } from './use-now.ts'

const tickMs = 250

/** What consumers did, what they do just now, and what was worth a line. */
export function ConsumerReport({
  queue,
  group,
}: {
  readonly queue: string
  readonly group: GroupState | undefined
}): ReactNode {
  if (group === undefined) {
    return (
      <Empty title="No consumer was started yet">
        Choose how they behave, and start them: here you see what they hold, renew, try again and
        give up.
      </Empty>
    )
  }
  return (
    <div className={classes['seen']} tabIndex={0} role="region" aria-label="What consumers do">
      {group.problem === undefined ? null : <ProblemNotice problem={group.problem} />}
      <Counts group={group} />
      <Running group={group} />
      <ConsumerLog queue={queue} lines={group.log} />
    </div>
  )
}

const phases: Readonly<Record<GroupState['phase'], string>> = {
  running: 'run',
  stopping: 'are waited for: their handlers end',
  stopped: 'are stopped',
}

function Counts({ group }: { readonly group: GroupState }): ReactNode {
  const { counts, perSecond, phase, settings } = group
  const parts: readonly (readonly [label: string, value: string])[] = [
    ['throughput', rateText(perSecond)],
    ['received', countText(counts.received)],
    ['handled', countText(counts.handled)],
    ['failed', countText(counts.failed)],
    ['renewed', countText(counts.renewed)],
    ['crashed', countText(counts.crashed)],
    ['given up', countText(counts.poisoned)],
  ]
  const { consumers } = settings
  const subject = consumers === 1 ? 'The consumer' : `${consumers} consumers`
  const verb =
    consumers === 1 ? phases[phase].replace(/^run$/, 'runs').replace(/^are/, 'is') : phases[phase]
  return (
    <div>
      <Text size="sm" mb={6} role="status">
        {subject} {verb}.
      </Text>
      <dl className={classes['counts']}>
        {parts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Running({ group }: { readonly group: GroupState }): ReactNode {
  const { running, runningCount, orphans, orphansUntil, settings } = group
  const now = useNow(tickMs, runningCount + orphans > 0)
  const hidden = runningCount - running.length
  return (
    <section aria-label="Handlers that run">
      <Title order={3} size="h6" mb={4}>
        {runningCount === 0 ? 'No handler runs' : `${countText(runningCount)} in handlers`}
      </Title>
      {orphans === 0 || orphansUntil === null ? null : (
        <Text size="xs" mb={6} className={`${classes['again']} tabular`}>
          {countText(orphans)} left by a crash: held by nobody who lives, for{' '}
          {clockText(orphansUntil - now)} at most.
        </Text>
      )}
      <ul className={classes['runs']}>
        {running.map((run) => (
          <Run
            key={`${run.id} ${run.dequeueCount}`}
            run={run}
            now={now}
            visibilitySeconds={settings.visibilitySeconds}
          />
        ))}
      </ul>
      {hidden > 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          and {countText(hidden)} more
        </Text>
      ) : null}
    </section>
  )
}

/** `0 s`, `1:05` */
function elapsedText(ms: number): string {
  return ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1000))} s` : clockText(ms)
}

function Run({
  run: { consumer, id, dequeueCount, startedAt, visibleAt, renewals },
  now,
  visibilitySeconds,
}: {
  readonly run: RunningHandler
  readonly now: number
  readonly visibilitySeconds: number
}): ReactNode {
  const leftMs = Math.max(0, visibleAt - now)
  const percent = Math.min(100, (100 * leftMs) / (1000 * visibilitySeconds))
  return (
    <li className={classes['run']}>
      <div className={classes['head']}>
        <span className="clipped mono" title={id}>
          {shortId(id)}
        </span>
        <span>{elapsedText(now - startedAt)}</span>
      </div>
      <div className={classes['head']}>
        <span>
          consumer {consumer}
          {dequeueCount > 1 ? (
            <span className={classes['again']}>, {ordinal(dequeueCount)} try</span>
          ) : null}
        </span>
        <span>{renewals === 0 ? '' : `renewed ${renewals} ×`}</span>
      </div>
      <div className={classes['track']} role="presentation">
        <div className={classes['left']} style={{ width: `${percent}%` }} />
      </div>
    </li>
  )
}
