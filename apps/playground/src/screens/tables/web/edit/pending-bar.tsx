/** What is changed and not saved yet. */
import { Button, Group, SegmentedControl, Text, Tooltip } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { CodePopover } from '../../../../web/code-popover.tsx'
import type { MergeMode } from '../../server/wire.ts'
import { saveText } from '../code.ts'
import { dropDrafts, type EntityDraft } from './drafts.ts'
import classes from './pending-bar.module.css'
import { changeOf, type SaveWay, transactionFault } from './save.ts'

const modesText =
  'Merge leaves other properties alone; replace writes the whole entity. What removes a ' +
  'property replaces.'

export function PendingBar({
  table,
  drafts,
  isSaving,
  onSave,
}: {
  readonly table: string
  readonly drafts: readonly EntityDraft[]
  readonly isSaving: boolean
  readonly onSave: (way: SaveWay) => void
}): ReactNode {
  const [mode, setMode] = useState<MergeMode>('merge')
  if (drafts.length === 0) return null
  const values = drafts.reduce((sum, { edits }) => sum + Object.keys(edits).length, 0)
  const fault = transactionFault(drafts)
  const isMany = drafts.length > 1
  const changes = drafts.map((draft) => changeOf(draft, mode))
  return (
    <section className={classes['bar']} aria-label="Not saved yet">
      <Text size="sm" fw={600}>
        {values === 1 ? '1 value' : `${values} values`} of{' '}
        {isMany ? `${drafts.length} entities` : '1 entity'} not saved
      </Text>
      <Tooltip label={modesText} multiline w={260} withArrow>
        <SegmentedControl
          size="xs"
          aria-label="How they are saved"
          value={mode}
          data={[
            { value: 'merge', label: 'Merge' },
            { value: 'replace', label: 'Replace' },
          ]}
          onChange={(next) => setMode(next)}
        />
      </Tooltip>
      <Group gap="xs" ms="auto">
        <CodePopover text={saveText(table, changes, isMany && fault === undefined)} />
        <Button size="compact-sm" variant="default" onClick={() => dropDrafts(table)}>
          Discard
        </Button>
        {isMany ? (
          <Tooltip label={fault} disabled={fault === undefined} withArrow>
            <Button
              size="compact-sm"
              aria-disabled={fault === undefined ? undefined : true}
              {...(fault === undefined ? {} : { 'data-disabled': true })}
              loading={isSaving}
              onClick={() => {
                if (fault === undefined) onSave({ isTransaction: true, mode })
              }}
            >
              Save all in one transaction
            </Button>
          </Tooltip>
        ) : null}
        <Button
          size="compact-sm"
          variant={isMany ? 'default' : 'filled'}
          loading={isSaving}
          onClick={() => onSave({ isTransaction: false, mode })}
        >
          {isMany ? 'Save each by itself' : 'Save'}
        </Button>
      </Group>
    </section>
  )
}
