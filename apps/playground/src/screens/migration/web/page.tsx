import { Box, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import classes from './page.module.css'
import { PlanForm } from './plan-form.tsx'
import { PreviewPanel } from './preview-panel.tsx'
import { RecordList } from './record-list.tsx'
import { StoreList } from './store-list.tsx'
import { type MigrationAtHand, useMigration } from './use-migration.ts'
import { WorkPanel } from './work-panel.tsx'

/** Brings the objects of one store to another. */
export default function MigrationPage(): ReactNode {
  const at = useMigration()
  if (at.error !== null) return <ProblemNotice problem={problemOf(at.error)} />
  if (at.whole === undefined) return <Late>Reading the migrations…</Late>
  return <MigrationView {...at} whole={at.whole} />
}

function MigrationView({
  whole,
  stores,
  storesError,
  command,
}: MigrationAtHand & { readonly whole: NonNullable<MigrationAtHand['whole']> }): ReactNode {
  const { state, seconds, records, folder } = whole
  const { work, preview } = state
  const isBusy = work !== undefined
  const now = useRef<HTMLDivElement>(null)
  const [begun, setBegun] = useState(0)
  const onBegun = (): void => setBegun((count) => count + 1)
  // The button may be far below what it begins.
  useEffect(() => {
    if (begun > 0) now.current?.scrollIntoView({ block: 'nearest' })
  }, [begun, isBusy])
  const ended = records.filter(({ state: at }) => at !== 'running')
  return (
    <Box className={classes['page']}>
      <Box className={classes['head']}>
        <Title order={2} size="h4">
          Bring objects to another store
        </Title>
        <Text c="dimmed" size="sm" maw={720}>
          With type, metadata and time, each copy read back. What is there already is not copied
          again, and a migration that was stopped or killed goes on where it was.
        </Text>
      </Box>
      <Box className={classes['body']}>
        <Box className={classes['form']}>
          <PlanForm
            {...{ stores, folder, command, isBusy, onBegun }}
            planBefore={records[0]?.plan}
            sampleProblem={state.sampleProblem}
          />
        </Box>
        <Box className={classes['now']} ref={now}>
          {isBusy ? <WorkPanel {...{ work, seconds, command, folder }} key={work.kind} /> : null}
          {preview === undefined || isBusy ? null : <PreviewPanel preview={preview} />}
        </Box>
        <Box className={classes['lists']}>
          {isBusy || preview !== undefined || records.length > 0 ? null : (
            <Empty title="Nothing was migrated yet">
              Choose two stores and look at the preview: it says what would be done, and writes
              nothing. A sample set gives you objects to try it on.
            </Empty>
          )}
          {ended.length === 0 ? null : (
            <RecordList records={ended} {...{ folder, command, isBusy, onBegun }} />
          )}
          {storesError === null ? null : <ProblemNotice problem={problemOf(storesError)} />}
          {/* What is in them changes meanwhile. */}
          {stores === undefined || isBusy ? null : (
            <StoreList {...{ stores, folder, command, isBusy }} />
          )}
        </Box>
      </Box>
    </Box>
  )
}
