import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Problem } from '../../../../../web/problem.ts'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import type { ObjectDetails } from '../../../server/wire.ts'
import { ConflictDialog } from '../merge/conflict-dialog.tsx'
import type { KeptMerge } from '../merge/put-together.ts'
import type { JsonFault } from '../tree/scan-json.ts'
import type { Opened } from '../use-opened.ts'
import { isJsonType } from '../views.ts'
import { CodeArea } from './code-area.tsx'
import type { EditorHandle } from './code-editor.tsx'
import { EditBar, FaultLine, TextSize } from './edit-bars.tsx'
import type { EditedVersion } from './edited-version.ts'
import { LeaveQuestion, useLeaveGuard } from './leave-guard.tsx'
import { NewerNotice } from './newer-notice.tsx'
import { useFormatting } from './use-formatting.ts'
import { useSaving } from './use-saving.ts'

/** A text while it is edited. */
export function Editing({
  opened,
  loaded,
  isLoading,
  onLoad,
  onLeave,
}: {
  readonly opened: Opened
  readonly loaded: EditedVersion
  /** Another version is about to take the place of this one: nothing can be typed. */
  readonly isLoading: boolean
  /** Loads another version over this one. */
  readonly onLoad: (version: ObjectDetails) => void
  readonly onLeave: () => void
}): ReactNode {
  const editor = useRef<EditorHandle>(null)
  const saving = useSaving(loaded, opened, editor, onLoad)
  const guard = useLeaveGuard(() => editor.current?.isChanged() ?? false, saving.settled)
  const formatting = useFormatting(editor)
  const [isReady, setReady] = useState(false)
  const [fault, setFault] = useState<JsonFault>()
  const [edits, setEdits] = useState(0)
  /** A merge that one left to go on typing. */
  const kept = useRef<KeptMerge>(undefined)
  const { base, mine, isChanged, isSaving, problem } = saving
  const isBusy = isSaving || formatting.isUnderWay || mine !== undefined
  useEffect(() => {
    // The dialog had the keyboard, or a button that could not be pressed meanwhile.
    if (!isBusy && document.activeElement === document.body) editor.current?.focus()
  }, [isBusy])
  const { key, contentType } = base.details
  const language = isJsonType(contentType) ? 'json' : 'text'
  const hasReturns = base.shape.lineBreak === undefined
  const read = (): string => editor.current?.snapshot().text ?? base.plain
  return (
    <>
      <LeaveQuestion guard={guard} title="Leave without saving?">
        What you changed is not saved. If you leave, it is lost.
      </LeaveQuestion>
      {mine === undefined ? null : (
        <ConflictDialog
          base={base}
          mine={mine}
          kept={kept.current}
          onSaving={saving.waitFor}
          onSaved={(saved, text) => {
            kept.current = undefined
            saving.endConflict({ saved, text })
          }}
          onBack={(merge) => {
            kept.current = merge
            saving.endConflict()
          }}
          onDiscard={(theirs) => {
            saving.discard()
            if (theirs === undefined) onLeave()
            else onLoad(theirs)
          }}
        />
      )}
      <EditBar
        isJson={language === 'json'}
        isChanged={isChanged}
        isSaving={isSaving}
        isFormatting={formatting.isUnderWay}
        isReady={isReady && !isLoading}
        size={<TextSize edits={edits} read={read} shape={base.shape} />}
        onSave={() => void saving.save()}
        onFormat={() => void formatting.format()}
        onLeave={onLeave}
      />
      {isSaving || isLoading ? null : (
        <NewerNotice opened={opened} isChanged={isChanged} onLoad={onLoad} onMerge={saving.merge} />
      )}
      {problem === undefined ? null : <ProblemNotice problem={withoutPlace(problem)} />}
      <CodeArea
        // Another way to take the ends of lines, or another language, is another editor: in this
        // one the steps back would lead to a text that is not saved as it was.
        key={`${language} ${hasReturns}`}
        handle={editor}
        text={base.plain}
        label={`Text of ${key}`}
        language={language}
        hasReturns={hasReturns}
        isLocked={isLoading}
        isFocused
        onSave={() => void saving.save()}
        onEdit={() => {
          saving.noteEdit()
          setEdits((count) => count + 1)
        }}
        onFault={setFault}
        onReady={() => setReady(true)}
      />
      {language === 'json' ? (
        <FaultLine read={read} fault={fault} onGo={(at) => editor.current?.focus(at)} />
      ) : null}
    </>
  )
}

/** Where a text is no JSON stands below it already. */
function withoutPlace(problem: Problem): Problem {
  if (problem.code !== 'SERIALIZATION') return problem
  return {
    ...problem,
    message: 'It is not JSON, so it was not saved. Below the text stands where.',
  }
}
