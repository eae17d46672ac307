import { Button, Group, Paper, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { bytesText } from '../../../web/amounts.ts'
import { answer } from '../../../web/api.ts'
import { NumberField } from '../../../web/number-field.tsx'
import { ProblemText } from '../../../web/problem-text.tsx'
import type { Problem } from '../../../web/problem.ts'
import { sampleBounds } from '../server/limits.ts'
import type { StoreRow } from '../server/wire.ts'
import { sampleText } from './code.ts'
import { objectsText } from './texts.ts'
import type { Command } from './use-migration.ts'

/** Makes the sample set, in place of the one before. */
export function SampleMaker({
  row,
  folder,
  isBusy,
  problem,
  command,
}: {
  /** Undefined until it was counted. */
  readonly row: StoreRow | undefined
  readonly folder: string
  readonly isBusy: boolean
  readonly problem: Problem | undefined
  readonly command: Command
}): ReactNode {
  const [objects, setObjects] = useState(2000)
  const [bytes, setBytes] = useState(2000)
  const json = { objects, bytes }
  const isEmpty = row?.objects === 0
  return (
    <Paper withBorder p="xs" role="group" aria-label="The sample set">
      <Text size="sm" className="tabular">
        {row === undefined ? 'Counting the sample set…' : null}
        {isEmpty ? 'The sample set is empty: make one.' : null}
        {row === undefined || isEmpty
          ? null
          : `The sample set has ${objectsText(row.objects)}, ${bytesText(row.bytes)}.`}
      </Text>
      <Group gap="xs" mt={6}>
        <NumberField
          label="Objects"
          bounds={sampleBounds.objects}
          value={objects}
          width={72}
          onCommit={setObjects}
        />
        <NumberField
          label="of about"
          fullLabel="Size of an object"
          unit="bytes"
          bounds={sampleBounds.bytes}
          value={bytes}
          width={76}
          onCommit={setBytes}
        />
        <Button
          size="compact-sm"
          variant="default"
          disabled={isBusy}
          onClick={() =>
            void command(sampleText(json, folder), (api) => answer(api.sample.$post({ json })))
          }
        >
          {isEmpty || row === undefined ? 'Make it' : 'Make it anew'}
        </Button>
      </Group>
      {problem === undefined ? null : <ProblemText problem={problem} />}
    </Paper>
  )
}
