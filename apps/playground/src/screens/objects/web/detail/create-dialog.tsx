import { Button, Group, Input, Modal, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import { useView } from '../../../../web/view.ts'
import screen from '../screen.ts'
import { keyFault } from '../transfer/queue/key-fault.ts'
import { offerUndo } from '../transfer/transfers.ts'
import classes from './create-dialog.module.css'
import { CreateFields, type NewObject } from './create-fields.tsx'
import { CodeArea } from './editor/code-area.tsx'
import type { Language } from './editor/code-mirror.ts'
import type { EditorHandle } from './editor/code-editor.tsx'
import { saveText } from './editor/save-text.ts'
import { startingText } from './starting-text.ts'

/** Makes a new object of JSON or text, and opens it. */
export function CreateDialog({
  prefix,
  onClose,
}: {
  /** Where it goes, unless another key is typed. */
  readonly prefix: string
  readonly onClose: () => void
}): ReactNode {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const [isAsking, setAsking] = useState(false)
  const editor = useRef<EditorHandle>(null)
  const close = (): void => {
    if (isTyped(editor.current) && !isAsking) setAsking(true)
    else onClose()
  }
  return (
    <Modal
      opened
      onClose={close}
      title="Create an object"
      size="xl"
      fullScreen={isNarrow}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <CreateForm prefix={prefix} editor={editor} />
      {isAsking ? (
        <Group mt="sm" gap="xs" justify="flex-end" role="alert">
          <Text size="sm">Close without creating it? What you typed is lost.</Text>
          <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
            Go on
          </Button>
          <Button size="compact-sm" color="red" onClick={onClose}>
            Close
          </Button>
        </Group>
      ) : null}
    </Modal>
  )
}

function isTyped(editor: EditorHandle | null): editor is EditorHandle {
  return editor !== null && !Object.values(startingText).includes(editor.snapshot().text)
}

function CreateForm({
  prefix,
  editor,
}: {
  readonly prefix: string
  readonly editor: RefObject<EditorHandle | null>
}): ReactNode {
  const [, setView] = useView(screen)
  const [object, setObject] = useState<NewObject>({
    key: prefix,
    language: 'json',
    contentType: 'application/json',
  })
  const [start, setStart] = useState(startingText.json)
  const [isTried, setTried] = useState(false)
  const [isSaving, setSaving] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const { key, language } = object
  const contentType = object.contentType.trim()
  const fault = keyFault(key)
  /** Another kind has another editor; what was typed goes along. */
  const beginAnew = (next: Language): void => {
    const { current } = editor
    setStart(isTyped(current) ? current.snapshot().text : startingText[next])
  }
  // Without `mode: create` the dialog is not shown any more.
  const open = (): void => setView({ key, as: undefined, at: undefined, mode: undefined })
  const create = async (): Promise<void> => {
    setTried(true)
    setProblem(undefined)
    if (fault !== undefined || contentType === '') return
    const { text } = editor.current!.snapshot()
    setSaving(true)
    try {
      const condition = { ifNoneMatch: '*' } as const
      const { undo } = await saveText({ key, text, contentType, condition })
      offerUndo(undo)
      open()
    } catch (error) {
      setProblem(problemOf(error))
      setSaving(false)
    }
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
          {problem.code === 'ALREADY_EXISTS' ? (
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
          onSave={() => void create()}
        />
      </div>
      <Group justify="flex-end">
        <Button onClick={() => void create()} loading={isSaving}>
          Create
        </Button>
      </Group>
    </div>
  )
}
