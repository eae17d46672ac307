import { Alert, Button, Group } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { act } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { Late } from '../../../../../web/late.tsx'
import type { ObjectsApi } from '../../../server/index.ts'
import type { Comparable } from '../../../server/wire.ts'
import { CompareArea } from '../compare/compare-area.tsx'
import type { Language } from '../editor/code-mirror.ts'
import { formatBeside } from '../editor/format-beside.ts'
import classes from '../extras/extras.module.css'
import { ViewProblem } from '../view-problem.tsx'
import { loadVersionText } from './history-code.ts'

/** Somebody else made another version current while one was written: what differs, and ways out. */
export function MineAndTheirs({
  valueKey,
  version,
  mine,
  language,
  onCompare,
  onBack,
  onSave,
}: {
  readonly valueKey: string
  /** Theirs. */
  readonly version: number
  /** Shown beside theirs; undefined: it is not compared. */
  readonly mine: string | undefined
  readonly language: Language
  readonly onCompare: () => void
  readonly onBack: () => void
  /** Saves mine after theirs, which stays as a version. */
  readonly onSave: () => void
}): ReactNode {
  return (
    <>
      <Alert
        color="orange"
        icon={<IconUsers />}
        title={`Somebody made version ${version} current meanwhile`}
        role="alert"
        className={classes['still']}
      >
        Yours is not saved. Look at what differs, and take over what you want to keep.
        <Group gap="xs" mt="xs">
          {mine === undefined ? (
            <Button size="compact-sm" variant="default" onClick={onCompare}>
              See what differs
            </Button>
          ) : (
            <Button size="compact-sm" variant="default" onClick={onBack}>
              Back to the text
            </Button>
          )}
          <Button size="compact-sm" variant="default" onClick={onSave}>
            Save mine after version {version}
          </Button>
        </Group>
      </Alert>
      {mine === undefined ? null : (
        <Beside valueKey={valueKey} version={version} mine={mine} language={language} />
      )}
    </>
  )
}

function Beside({
  valueKey,
  version,
  mine,
  language,
}: {
  readonly valueKey: string
  readonly version: number
  readonly mine: string
  readonly language: Language
}): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['objects', 'theirs', valueKey, version, mine],
    queryFn: ({ signal }) =>
      act(loadVersionText(valueKey, version), async (action) => {
        const query = { key: `${valueKey}/v${version}` }
        const api = client<ObjectsApi>('objects', action)
        const theirs: Comparable = await answer(
          api.comparable.$get({ query }, { init: { signal } }),
        )
        const text = theirs.text ?? ''
        if (language === 'text') return { left: text, right: mine }
        const [left, right] = await Promise.all([formatBeside(text), formatBeside(mine)])
        const areBoth = typeof left === 'string' && typeof right === 'string'
        return areBoth ? { left, right } : { left: text, right: mine }
      }),
    gcTime: 0,
    structuralSharing: false,
    staleTime: 'static',
  })
  if (error !== null) return <ViewProblem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Late>Loading version {version}…</Late>
  return <CompareArea {...data} names={[`Version ${version}`, 'Yours']} language={language} />
}
