import { Box, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { bytesText, countText } from '../../../web/amounts.ts'
import classes from './bar-list.module.css'

/** A name with an amount. */
export interface Bar {
  readonly id: string
  readonly label: ReactNode
  readonly bytes: number
  readonly objects?: number | undefined
}

/** Amounts side by side; the bars are of bytes, and relative to the largest. */
export function BarList({
  title,
  bars,
}: {
  readonly title: string
  readonly bars: readonly Bar[]
}): ReactNode {
  const largest = Math.max(1, ...bars.map(({ bytes }) => bytes))
  return (
    <Box component="section" aria-label={title} miw={0}>
      <Title order={3} size="h6" mb={8}>
        {title}
      </Title>
      <Box component="ul" className={classes['list']}>
        {bars.map(({ id, label, bytes, objects }) => (
          <Box component="li" key={id} className={classes['bar']}>
            <Text size="sm" component="span" className="clipped">
              {label}
            </Text>
            <Text size="xs" component="span" c="dimmed" className="tabular">
              {objects === undefined
                ? ''
                : `${countText(objects)} ${objects === 1 ? 'object' : 'objects'}`}
            </Text>
            <Text size="sm" component="span" className={`tabular ${classes['bytes']}`}>
              {bytesText(bytes)}
            </Text>
            <Box className={classes['track']} aria-hidden>
              <Box className={classes['fill']} w={`${(100 * bytes) / largest}%`} />
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  )
}
