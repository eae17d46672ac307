import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { momentText } from '../../../web/amounts.ts'
import { NameText } from '../../../web/name-text.tsx'
import type { LogLine } from '../server/wire.ts'
import classes from './consumers-view.module.css'
import { lineText } from './log-text.ts'

const linesShownMax = 100

/** What happened to consumers and their messages, the newest first. */
export function ConsumerLog({
  queue,
  lines,
}: {
  readonly queue: string
  readonly lines: readonly LogLine[]
}): ReactNode {
  const shown = lines.slice(-linesShownMax).toReversed()
  return (
    <section aria-label="What happened">
      <Title order={3} size="h6" mb={4}>
        What happened
      </Title>
      <ol className={classes['log']}>
        {shown.map((line) => (
          <li key={line.sequence} className={classes['line']} data-kind={line.kind}>
            <span className={classes['time']}>{momentText(line.at)}</span>
            <span
              className={classes['who']}
              title={
                line.consumer === undefined ? 'Several consumers' : `Consumer ${line.consumer}`
              }
            >
              {line.consumer === undefined ? '' : `#${line.consumer}`}
            </span>
            <span className={`${classes['what']} breakable`} title={line.id}>
              <NameText text={lineText(line, queue)} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
