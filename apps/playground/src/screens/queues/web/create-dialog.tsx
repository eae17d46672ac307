import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { act } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { type Problem, problemOf, tellProblem } from '../../../web/problem.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { useView } from '../../../web/view.ts'
import type { QueuesApi } from '../server/index.ts'
import { createText } from './code.ts'
import { nameFault } from './names.ts'
import screen from './screen.ts'
import { readAnew } from './use-queues.ts'
import { useStillShown } from './use-still-shown.ts'

/** Makes a queue, and opens it. */
export function CreateDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Create a queue"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <CreateForm />
    </Modal>
  )
}

const rule =
  '3 to 63 of a-z, 0-9 and single dashes, such as agent-tasks. One that is there already is opened.'

function CreateForm(): ReactNode {
  const [, setView] = useView(screen)
  const queries = useQueryClient()
  const isStillShown = useStillShown()
  const [name, setName] = useState('')
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const fault = nameFault(name)
  // An unfinished name is no fault yet.
  const isFaultShown = isTried || /[^a-z0-9-]/.test(name)
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    setProblem(undefined)
    if (fault !== undefined || isBusy) return
    setBusy(true)
    try {
      await act(createText(name), (id) =>
        answer(client<QueuesApi>('queues', id).queues.$post({ json: { queue: name } })),
      )
      await readAnew(queries)
      if (!isStillShown()) return
      setView({ queue: name, show: undefined, message: undefined, mode: undefined })
    } catch (error) {
      if (isStillShown()) setProblem(problemOf(error))
      else tellProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void create(event)} noValidate>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description={rule}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={isFaultShown && fault !== undefined ? `The name ${fault}.` : undefined}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isBusy}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
