/** The form of a new object. Loaded when somebody creates one. */
import { Button, Group, Input } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { type Problem, problemOf, tellProblem } from '../../../../web/problem.ts'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import { useView } from '../../../../web/view.ts'
import screen from '../screen.ts'
import { keyFault } from '../transfer/queue/key-fault.ts'
import { offerUndo } from '../transfer/transfers.ts'
import classes from './create-dialog.module.css'
import { type Draft, isTyped } from './create-draft.ts'
import { CreateFields, type NewObject } from './create-fields.tsx'
import { CodeArea } from './editor/code-area.tsx'
import type { Language } from './editor/code-mirror.ts'
import { saveText } from './editor/save-text.ts'
import { startingText } from './starting-text.ts'

/** Of a value with versions it is the pointer that must not be there. */
function isThere({ code }: Problem): boolean {
  return code === 'ALREADY_EXISTS' || code === 'PRECONDITION_FAILED'
}

export default function CreateForm({
  prefix,
  draft: { editor, creating, isCreated },
}: {
  readonly prefix: string
  readonly draft: Draft
}): ReactNode {
  const [, setView] = useView(screen)
  const [object, setObject] = useState<NewObject>({
    key: prefix,
    language: 'json',
    contentType: 'application/json',
    hasVersions: false,
  })
  const [start, setStart] = useState(startingText.json)
  const [isReady, setReady] = useState(false)
  const [isTried, setTried] = useState(false)
  const [isSaving, setSaving] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const { key, language, hasVersions } = object
  const contentType = object.contentType.trim()
  const fault = keyFault(key)
  useEffect(() => () => void (isCreated.current = false), [isCreated])
  /** Another kind has another editor; what was typed goes along. */
  const beginAnew = (next: Language): void => {
    const { current } = editor
    setStart(isTyped(current) ? current.snapshot().text : startingText[next])
  }
  // Without `mode: create` the dialog is not shown any more.
  const open = (): void => {
    // Of a value with versions it is the pointer.
    const opened = hasVersions ? `${key}/current` : key
    setView({ key: opened, as: undefined, at: undefined, mode: undefined })
  }
  const createNow = async (text: string): Promise<void> => {
    setSaving(true)
    try {
      if (hasVersions) {
        const { saveVersion } = await import('./history/use-history.ts')
        await saveVersion({ key, text, contentType, ifCurrent: 0 })
      } else {
        const condition = { ifNoneMatch: '*' } as const
        const { undo } = await saveText({ key, text, contentType, condition })
        offerUndo(undo)
      }
      // Who left meanwhile stays there.
      if (editor.current === null) return
      isCreated.current = true
      open()
    } catch (error) {
      setSaving(false)
      if (editor.current === null) tellProblem(error)
      else setProblem(problemOf(error))
    }
  }
  const create = (): void => {
    setTried(true)
    setProblem(undefined)
    const text = editor.current?.snapshot().text
    if (text === undefined || isSaving || fault !== undefined || contentType === '') return
    creating.current = createNow(text)
  }
  return (
    <div className={classes['form']}>
      <CreateFields
        object={object}
        keyFault={fault}
        // An unfinished key is no fault yet.
        isFaultShown={isTried || (key !== prefix && key !== '' && !key.endsWith('/'))}
        onChange={(change) => {
          if (change.language !== undefined) beginAnew(change.language)
          setObject({ ...object, ...change })
          setProblem(undefined)
        }}
      />
      {problem === undefined ? null : (
        <ProblemNotice problem={problem}>
          {isThere(problem) ? (
            <Button size="compact-sm" variant="default" mt="xs" onClick={open}>
              Open what is there
            </Button>
          ) : null}
        </ProblemNotice>
      )}
      <Input.Label labelElement="div">Content</Input.Label>
      <div className={classes['text']}>
        <CodeArea
          key={language}
          handle={editor}
          text={start}
          label="Content"
          language={language}
          onSave={create}
          onReady={() => setReady(true)}
        />
      </div>
      <Group justify="flex-end">
        <Button onClick={create} loading={isSaving} disabled={!isReady}>
          Create
        </Button>
      </Group>
    </div>
  )
}
