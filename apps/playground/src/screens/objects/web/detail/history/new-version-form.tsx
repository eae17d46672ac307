import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { type Problem, problemOf, tellProblem } from '../../../../../web/problem.ts'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import { CodeArea } from '../editor/code-area.tsx'
import type { EditedVersion } from '../editor/edited-version.ts'
import { restoredText } from '../editor/exact-text.ts'
import { useFormatting } from '../editor/use-formatting.ts'
import classes from '../extras/extras.module.css'
import { isJsonType } from '../views.ts'
import { MineAndTheirs } from './mine-and-theirs.tsx'
import type { VersionDraft } from './new-version-dialog.tsx'
import { currentOf, saveVersion } from './use-history.ts'

/** The text of a new version. It is saved over the version that was current, and over no other. */
export function NewVersionForm({
  valueKey,
  from,
  ifCurrent,
  begun: { details, plain, shape },
  draft: { editor, saving },
  onSaved,
}: {
  readonly valueKey: string
  readonly from: number
  readonly ifCurrent: number
  readonly begun: EditedVersion
  readonly draft: VersionDraft
  readonly onSaved: () => void
}): ReactNode {
  const [isChanged, setChanged] = useState(false)
  const [isSaving, setSaving] = useState(false)
  const [isReady, setReady] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  /** The version that somebody else made current meanwhile. */
  const [theirs, setTheirs] = useState<number>()
  /** What is compared with theirs. */
  const [mine, setMine] = useState<string>()
  const formatting = useFormatting(editor)
  const { contentType } = details
  const language = isJsonType(contentType) ? 'json' : 'text'

  const refuse = async (error: unknown): Promise<void> => {
    const failure = problemOf(error)
    const isOvertaken = failure.code === 'PRECONDITION_FAILED'
    const current = isOvertaken ? await currentOf(valueKey) : undefined
    // Who left meanwhile is told in the corner.
    if (editor.current === null) return tellProblem(error)
    setTheirs(current)
    setProblem(current === undefined ? failure : undefined)
  }
  const saveNow = async (over: number): Promise<void> => {
    const snapshot = editor.current!.snapshot()
    setSaving(true)
    setProblem(undefined)
    try {
      const text = restoredText(snapshot.text, shape)
      await saveVersion({ key: valueKey, text, contentType, ifCurrent: over, from })
      snapshot.markSaved()
      // Who typed on, or left, stays there.
      if (snapshot.isCurrent()) onSaved()
    } catch (error) {
      await refuse(error)
    } finally {
      setSaving(false)
    }
  }
  const save = (over: number): void => {
    if (isSaving || editor.current?.isChanged() !== true) return
    saving.current = saveNow(over)
  }
  return (
    <div className={classes['look']}>
      <Text size="sm">
        It begins with version {from}
        {from === ifCurrent ? ', which is current' : `; version ${ifCurrent} is current`}. It is
        saved beside the others, and is the current one then.
      </Text>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {theirs === undefined ? null : (
        <MineAndTheirs
          valueKey={valueKey}
          version={theirs}
          mine={mine}
          language={language}
          onCompare={() => setMine(editor.current?.snapshot().text)}
          onBack={() => setMine(undefined)}
          onSave={() => save(theirs)}
        />
      )}
      <div className={classes['text']} hidden={mine !== undefined}>
        <CodeArea
          handle={editor}
          text={plain}
          label={`Text of the new version`}
          language={language}
          hasReturns={shape.lineBreak === undefined}
          isFocused
          isLocked={isSaving}
          onSave={() => save(ifCurrent)}
          onEdit={() => {
            setChanged(editor.current?.isChanged() ?? false)
            setProblem(undefined)
          }}
          onReady={() => setReady(true)}
        />
      </div>
      <Group justify="flex-end" gap="xs">
        {language === 'json' ? (
          <Button
            variant="default"
            onClick={() => void formatting.format()}
            loading={formatting.isUnderWay}
            disabled={!isReady || mine !== undefined}
          >
            Format JSON
          </Button>
        ) : null}
        <Button
          onClick={() => save(ifCurrent)}
          loading={isSaving}
          disabled={!isReady || !isChanged || theirs !== undefined}
        >
          Save as a new version
        </Button>
      </Group>
    </div>
  )
}
