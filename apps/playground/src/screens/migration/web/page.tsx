import { Box, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
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
  const isNothing = work === undefined && preview === undefined && records.length === 0
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
        <PlanForm
          {...{ stores, folder, command, isBusy: work !== undefined }}
          planBefore={records[0]?.plan}
          sampleProblem={state.sampleProblem}
        />
        <Box className={classes['shown']}>
          {work === undefined ? null : (
            <WorkPanel {...{ work, seconds, command, folder }} key={work.kind} />
          )}
          {preview === undefined || work !== undefined ? null : <PreviewPanel preview={preview} />}
          {isNothing ? (
            <Empty title="Nothing was migrated yet">
              Choose two stores and look at the preview: it says what would be done, and writes
              nothing. A sample set gives you objects to try it on.
            </Empty>
          ) : null}
          {records.length === 0 ? null : (
            <RecordList {...{ records, folder, command, isBusy: work !== undefined }} />
          )}
          {storesError === null ? null : <ProblemNotice problem={problemOf(storesError)} />}
          {stores === undefined ? null : (
            <StoreList {...{ stores, folder, command, isBusy: work !== undefined }} />
          )}
        </Box>
      </Box>
    </Box>
  )
}
