import { Alert, Group, Loader, Text } from '@mantine/core'
import { IconArrowBackUp, IconAlertTriangle } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { bytesText } from '../../../../web/amounts.ts'
import { ProblemText } from '../../../../web/problem-text.tsx'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import type { TransferResult } from '../../server/wire.ts'
import { forecastOf } from './forecast.ts'
import { objectsText } from './object-count.ts'

const loaderMs = 200

/** How many objects and bytes, and whether it can be undone. */
export function ForecastText({
  forecast,
}: {
  readonly forecast: UseQueryResult<TransferResult>
}): ReactNode {
  const { error } = forecast
  if (error !== null) return <ProblemAlert problem={problemOf(error)} />
  const data = forecastOf(forecast)
  if (data === undefined) return <Counting />
  const { done, bytes, undoRefusal } = data
  return (
    <>
      <Text size="sm" className="tabular" role="status">
        {objectsText(done)}, {bytesText(bytes)}
      </Text>
      {undoRefusal === undefined ? (
        <Group gap={6} wrap="nowrap" align="flex-start">
          <IconArrowBackUp size={16} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
          <Text size="sm" c="dimmed">
            You can undo this right after it.
          </Text>
        </Group>
      ) : (
        <Alert
          color="orange"
          icon={<IconAlertTriangle />}
          // The kit's orange on orange is too faint to be read.
          title={<Text inherit c="var(--mantine-color-text)" children="This cannot be undone" />}
          p="xs"
        >
          {undoRefusal}
        </Alert>
      )}
    </>
  )
}

/** A failure inside a dialog. */
export function ProblemAlert({ problem }: { readonly problem: Problem }): ReactNode {
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={problem.code} p="xs">
      <ProblemText problem={problem} />
    </Alert>
  )
}

function Counting(): ReactNode {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), loaderMs)
    return () => clearTimeout(timer)
  }, [])
  return (
    <Group gap="xs" mih={48} align="flex-start" role="status">
      {isSlow ? (
        <>
          <Loader size={16} />
          <Text size="sm" c="dimmed">
            Counting…
          </Text>
        </>
      ) : null}
    </Group>
  )
}
