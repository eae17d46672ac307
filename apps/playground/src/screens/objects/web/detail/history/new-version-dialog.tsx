import { useQuery } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { act } from '../../../../../web/actions.ts'
import { Empty } from '../../../../../web/empty.tsx'
import { Late } from '../../../../../web/late.tsx'
import { useView } from '../../../../../web/view.ts'
import type { History } from '../../../server/wire.ts'
import screen from '../../screen.ts'
import type { EditorHandle } from '../editor/code-editor.tsx'
import { type EditedVersion, readEdited } from '../editor/edited-version.ts'
import { formatBeside } from '../editor/format-beside.ts'
import { LeaveQuestion, useLeaveGuard } from '../editor/leave-guard.tsx'
import { ExtraDialog } from '../extras/extra-dialog.tsx'
import { readDetails } from '../use-opened.ts'
import { isJsonType } from '../views.ts'
import { ViewProblem } from '../view-problem.tsx'
import { loadVersionText } from './history-code.ts'
import { numberOf } from './history-view.tsx'
import { NewVersionForm } from './new-version-form.tsx'

/** What is typed, and whether it may be left. */
export interface VersionDraft {
  readonly editor: RefObject<EditorHandle | null>
  /** Resolves when no save is under way; never rejects. */
  readonly saving: RefObject<Promise<void>>
}

/** Writes a new version of a value, beginning with one that is there. */
export function NewVersionDialog({ history }: { readonly history: History }): ReactNode {
  const [{ mode, version }, setView] = useView(screen)
  const isOpen = mode === 'version'
  const draft: VersionDraft = { editor: useRef(null), saving: useRef(Promise.resolve()) }
  const guard = useLeaveGuard(
    () => isOpen && draft.editor.current?.isChanged() === true,
    () => draft.saving.current,
  )
  const close = (): void => setView({ mode: undefined, version: undefined, panel: 'versions' })
  return (
    <>
      <ExtraDialog
        title="A new version of"
        objectKey={history.key}
        size="xl"
        isOpen={isOpen}
        isKept={guard.isAsking}
        // Later: the question must not be there yet for the key that leads to it.
        onClose={() => setTimeout(close)}
      >
        {isOpen ? (
          <Begun
            key={version ?? ''}
            history={history}
            asked={numberOf(version)}
            draft={draft}
            onDone={close}
          />
        ) : null}
      </ExtraDialog>
      <LeaveQuestion guard={guard} title="Leave without saving?">
        The new version is not saved. If you leave, what you typed is lost.
      </LeaveQuestion>
    </>
  )
}

function Begun({
  history,
  asked,
  draft,
  onDone,
}: {
  readonly history: History
  /** What it begins with. Undefined: with what is current. */
  readonly asked: number | undefined
  readonly draft: VersionDraft
  readonly onDone: () => void
}): ReactNode {
  // What is current when one begins to write: over that it is saved, whatever others do meanwhile.
  const [ifCurrent] = useState(history.current)
  const from = asked ?? ifCurrent
  const { key } = history
  const { data, error, refetch } = useQuery({
    queryKey: ['objects', 'new-version', key, from],
    queryFn: ({ signal }) =>
      act(loadVersionText(key, from), async (action) => {
        const details = await readDetails(`${key}/v${from}`, action, signal)
        const edited = await readEdited(details, { action, signal })
        return typeof edited === 'string' ? edited : laidOut(edited)
      }),
    gcTime: 0,
    structuralSharing: false,
    // Not even after a gap in the live feed: it is what one types in.
    staleTime: 'static',
  })
  if (error !== null) return <ViewProblem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Late>Loading version {from}…</Late>
  if (typeof data === 'string') return <Empty title="It cannot be edited">{data}</Empty>
  return (
    <NewVersionForm
      valueKey={key}
      from={from}
      ifCurrent={ifCurrent}
      begun={data}
      draft={draft}
      onSaved={onDone}
    />
  )
}

/** Values are stored on one line: nobody edits that. */
async function laidOut(edited: EditedVersion): Promise<EditedVersion> {
  const { details, plain } = edited
  if (!isJsonType(details.contentType) || plain.trim().includes('\n')) return edited
  const text = await formatBeside(plain)
  return typeof text === 'string' ? { ...edited, plain: text } : edited
}
