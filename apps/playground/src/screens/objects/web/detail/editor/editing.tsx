import { type ReactNode, useRef, useState } from 'react'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import type { ObjectDetails } from '../../../server/wire.ts'
import { ConflictDialog } from '../merge/conflict-dialog.tsx'
import type { KeptMerge } from '../merge/resolving.tsx'
import type { JsonFault } from '../tree/scan-json.ts'
import type { Opened } from '../use-opened.ts'
import { isJsonType } from '../views.ts'
import { CodeArea } from './code-area.tsx'
import type { EditorHandle } from './code-editor.tsx'
import { EditBar, FaultLine, TextSize } from './edit-bars.tsx'
import type { EditedVersion } from './edited-version.ts'
import { formatJson } from './format-json.ts'
import { LeaveGuard } from './leave-guard.tsx'
import { NewerNotice } from './newer-notice.tsx'
import { useSaving } from './use-saving.ts'

/** A text while it is edited. */
export function Editing({
  opened,
  loaded,
  onLoad,
  onLeave,
}: {
  readonly opened: Opened
  readonly loaded: EditedVersion
  /** Loads another version over this one. */
  readonly onLoad: (version: ObjectDetails) => void
  readonly onLeave: () => void
}): ReactNode {
  const editor = useRef<EditorHandle>(null)
  const saving = useSaving(loaded, opened, editor, onLoad)
  const [fault, setFault] = useState<JsonFault>()
  const [edits, setEdits] = useState(0)
  /** A merge that one left to go on typing. */
  const kept = useRef<KeptMerge>(undefined)
  const { base, mine, isChanged, isSaving, problem } = saving
  const { key, contentType } = base.details
  const language = isJsonType(contentType) ? 'json' : 'text'
  const read = (): string => editor.current?.snapshot().text ?? loaded.plain
  const format = (): void => {
    const result = formatJson(read())
    if (typeof result === 'string') editor.current!.replace(result)
    else editor.current!.focus(result.at)
  }
  return (
    <>
      <LeaveGuard isUnsaved={() => editor.current?.isChanged() ?? false} />
      {mine === undefined ? null : (
        <ConflictDialog
          base={base}
          mine={mine}
          kept={kept.current}
          onSaved={(saved, text) => saving.endConflict({ saved, text })}
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
        size={<TextSize edits={edits} read={read} shape={base.shape} />}
        onSave={() => void saving.save()}
        onFormat={format}
        onLeave={onLeave}
      />
      {isSaving ? null : (
        <NewerNotice opened={opened} isChanged={isChanged} onLoad={onLoad} onMerge={saving.merge} />
      )}
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <CodeArea
        handle={editor}
        text={loaded.plain}
        label={`Text of ${key}`}
        language={language}
        hasReturns={loaded.shape.lineBreak === undefined}
        isFocused
        onSave={() => void saving.save()}
        onEdit={() => {
          saving.noteEdit()
          setEdits((count) => count + 1)
        }}
        onFault={setFault}
      />
      {language === 'json' ? (
        <FaultLine read={read} fault={fault} onGo={(at) => editor.current!.focus(at)} />
      ) : null}
    </>
  )
}
