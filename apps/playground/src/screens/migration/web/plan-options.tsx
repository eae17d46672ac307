import { Box, Checkbox, NativeSelect, SimpleGrid, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { NumberField } from '../../../web/number-field.tsx'
import { planBounds } from '../server/limits.ts'
import type { MigrationPlan } from '../server/wire.ts'
import classes from './plan-form.module.css'
import { patternsOf } from './texts.ts'
import { compareChoices, existingChoices, planAtFirst, verifyChoices } from './words.ts'

export interface PlanOptionsProps {
  readonly plan: MigrationPlan
  readonly set: (part: Partial<MigrationPlan>) => void
}

/** Which objects, under which keys, how sure and how fast. */
export function PlanOptions({ plan, set }: PlanOptionsProps): ReactNode {
  // What is set is seen.
  const [isOther] = useState(
    [plan.include, plan.exclude].some((patterns) => patterns.length > 0) ||
      plan.existing !== planAtFirst.existing ||
      plan.compare !== planAtFirst.compare ||
      plan.verify !== planAtFirst.verify ||
      plan.concurrency !== planAtFirst.concurrency,
  )
  const [isWatched] = useState(plan.requestsPerSecond > 0 || plan.faultPercent > 0)
  return (
    <>
      <PrefixFields plan={plan} set={set} />
      <details open={isOther}>
        <summary className={classes['summary']}>Which objects, and how</summary>
        <Box className={classes['options']}>
          <PatternField
            label="Only keys that fit"
            patterns={plan.include}
            onChange={(include) => set({ include })}
          />
          <PatternField
            label="No keys that fit"
            patterns={plan.exclude}
            onChange={(exclude) => set({ exclude })}
          />
          <NativeSelect
            size="sm"
            label="Another object stands there already"
            data={existingChoices}
            value={plan.existing}
            onChange={({ currentTarget: { value } }) =>
              set({ existing: value as MigrationPlan['existing'] })
            }
          />
          <NativeSelect
            size="sm"
            label="It is the same when it is"
            data={compareChoices}
            value={plan.compare}
            onChange={({ currentTarget: { value } }) =>
              set({ compare: value as MigrationPlan['compare'] })
            }
          />
          <NativeSelect
            size="sm"
            label="To be sure of a copy"
            data={verifyChoices}
            value={plan.verify}
            onChange={({ currentTarget: { value } }) =>
              set({ verify: value as MigrationPlan['verify'] })
            }
          />
          <NumberField
            label="Objects at once"
            bounds={planBounds.concurrency}
            value={plan.concurrency}
            width={56}
            onCommit={(concurrency) => set({ concurrency })}
          />
        </Box>
      </details>
      <details open={isWatched}>
        <summary className={classes['summary']}>To watch it: slower, with faults</summary>
        <Box className={classes['options']}>
          <NumberField
            label="Source requests"
            fullLabel="Source requests; 0 for as fast as it can"
            unit="a second; 0: as fast as it can"
            bounds={planBounds.requestsPerSecond}
            value={plan.requestsPerSecond}
            width={64}
            onCommit={(requestsPerSecond) => set({ requestsPerSecond })}
          />
          <NumberField
            label="Faults"
            fullLabel="Faults of the destination"
            unit="% of its calls; tried again 3 times"
            bounds={planBounds.faultPercent}
            value={plan.faultPercent}
            width={56}
            onCommit={(faultPercent) => set({ faultPercent })}
          />
        </Box>
      </details>
      <Checkbox
        size="sm"
        label="Delete each source once its copy was read back"
        checked={plan.deleteSource}
        onChange={({ currentTarget: { checked } }) => set({ deleteSource: checked })}
      />
    </>
  )
}

function PrefixFields({ plan, set }: PlanOptionsProps): ReactNode {
  return (
    <SimpleGrid cols={2} spacing="xs">
      <TextInput
        size="sm"
        label="Keys that begin with"
        placeholder="all"
        value={plan.mapFrom}
        onChange={({ currentTarget }) => set({ mapFrom: currentTarget.value })}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
      />
      <TextInput
        size="sm"
        label="begin there with"
        placeholder={plan.to.kind === 'playground' ? 'copies/' : 'nothing more'}
        value={plan.mapTo}
        onChange={({ currentTarget }) => set({ mapTo: currentTarget.value })}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
      />
    </SimpleGrid>
  )
}

function PatternField({
  label,
  patterns,
  onChange,
}: {
  readonly label: string
  readonly patterns: readonly string[]
  readonly onChange: (patterns: readonly string[]) => void
}): ReactNode {
  const [text, setText] = useState(patterns.join('\n'))
  return (
    <Textarea
      size="sm"
      label={label}
      description="A pattern a line: agents/*, events/**"
      autosize
      minRows={1}
      maxRows={6}
      value={text}
      onChange={({ currentTarget: { value } }) => {
        setText(value)
        onChange(patternsOf(value))
      }}
      classNames={{ input: 'mono' }}
      spellCheck={false}
      autoComplete="off"
    />
  )
}
