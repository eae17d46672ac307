import { Box, Button, Group, Title } from '@mantine/core'
import { IconEye, IconPlayerPlay } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { answer } from '../../../web/api.ts'
import { CodePopover } from '../../../web/code-popover.tsx'
import type { Problem } from '../../../web/problem.ts'
import { useView } from '../../../web/view.ts'
import { folderName } from '../server/limits.ts'
import { pathText } from '../server/place-text.ts'
import type { MigrationPlan, Place, StoreRow } from '../server/wire.ts'
import { migrationText } from './code.ts'
import { DeletionDialog } from './deletion-dialog.tsx'
import { keyOf, PlaceField } from './place-field.tsx'
import classes from './plan-form.module.css'
import { PlanOptions } from './plan-options.tsx'
import { SampleMaker } from './sample-maker.tsx'
import screen from './screen.ts'
import type { Command } from './use-migration.ts'
import { planAtFirst } from './words.ts'

export interface PlanFormProps {
  readonly stores: readonly StoreRow[] | undefined
  readonly folder: string
  /** Of the migration that was begun last: the form begins with it. */
  readonly planBefore: MigrationPlan | undefined
  readonly sampleProblem: Problem | undefined
  readonly isBusy: boolean
  readonly command: Command
  /** Something is under way now. */
  readonly onBegun: () => void
}

/** What is to be migrated, and how; previewed, then started. */
export function PlanForm(props: PlanFormProps): ReactNode {
  const { stores, folder, planBefore, sampleProblem, isBusy, command, onBegun } = props
  const [, setView] = useView(screen)
  // To delete something is said anew each time.
  const [plan, setPlan] = useState({ ...(planBefore ?? planAtFirst), deleteSource: false })
  const [isAsking, setAsking] = useState(false)
  const set = (part: Partial<MigrationPlan>): void => setPlan({ ...plan, ...part })
  const others = stores?.flatMap(({ place }) => (place.kind === 'folder' ? [place] : [])) ?? []
  const fault = faultOf(plan)
  const isHeld = isBusy || fault !== undefined
  const preview = async (): Promise<void> => {
    const text = migrationText(`Preview ${pathText(plan)}`, plan, { folder, isPreview: true })
    if (await command(text, (api) => answer(api.preview.$post({ json: plan })))) onBegun()
  }
  const start = async (): Promise<void> => {
    setAsking(false)
    const text = migrationText(`Migrate ${pathText(plan)}`, plan, { folder })
    const isStarted = await command(text, (api) => answer(api.start.$post({ json: plan })))
    if (!isStarted) return
    setView({ run: undefined })
    onBegun()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isHeld) return
    if (plan.deleteSource) setAsking(true)
    else void start()
  }
  return (
    <form className={classes['form']} onSubmit={submit} aria-label="A new migration" noValidate>
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5">
          A new migration
        </Title>
        <CodePopover text={migrationText('Migrate', plan, { folder })} />
      </Group>
      <PlaceField
        label="From"
        places={withChosen([playground, sample, memory, ...others], plan.from)}
        value={plan.from}
        hasNew={false}
        onChange={(from) => set({ from })}
      />
      {plan.from.kind === 'sample' ? (
        <SampleMaker
          row={stores?.find(({ place }) => place.kind === 'sample')}
          problem={sampleProblem}
          {...{ folder, isBusy, command }}
        />
      ) : null}
      <PlaceField
        label="To"
        places={[...others, memory, playground]}
        value={plan.to}
        hasNew
        onChange={(to) => set({ to })}
      />
      <PlanOptions plan={plan} set={set} />
      {fault === undefined ? null : (
        <Box fz="sm" role="status">
          {fault}
        </Box>
      )}
      <Group gap="xs">
        <Button
          size="sm"
          variant="default"
          disabled={isHeld}
          leftSection={<IconEye size={16} />}
          onClick={() => void preview()}
        >
          Preview
        </Button>
        <Button
          size="sm"
          type="submit"
          disabled={isHeld}
          leftSection={<IconPlayerPlay size={16} />}
        >
          Start
        </Button>
      </Group>
      <DeletionDialog
        plan={plan}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => void start()}
      />
    </form>
  )
}

const playground: Place = { kind: 'playground' }
const sample: Place = { kind: 'sample' }
const memory: Place = { kind: 'memory' }

/** A store that was deleted meanwhile stays chosen, until another one is. */
function withChosen(places: readonly Place[], chosen: Place): readonly Place[] {
  const isThere = places.some((place) => keyOf(place) === keyOf(chosen))
  return isThere ? places : [...places, chosen]
}

/** What keeps it from being started, with what to do; the server would refuse it. */
function faultOf({ from, to, mapTo, deleteSource, verify }: MigrationPlan): string | undefined {
  if (keyOf(from) === keyOf(to)) return 'From and To are one store: choose another one.'
  if (to.kind === 'folder' && to.name === '') return 'Give the new store a name.'
  if (to.kind === 'folder' && !folderName.test(to.name)) return 'Correct the name of the new store.'
  if (to.kind === 'playground' && mapTo === '') {
    return 'Nothing is mixed with the objects of the playground: give the new prefix of the keys.'
  }
  if (deleteSource && to.kind === 'memory') {
    return 'What is in memory ends with the playground: keep the sources, or choose another store.'
  }
  if (deleteSource && verify !== 'read-back') {
    return 'Sources are deleted only where each copy is read again: choose that, or keep them.'
  }
  return undefined
}
