/** Creates and deletes tables. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { countText } from '../../../web/amounts.ts'
import { type Problem, problemOf, tellProblem } from '../../../web/problem.ts'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { countEntities, createTable, dropTable } from './requests.ts'

export function CreateTable({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean
  /** With the table that is there now. */
  readonly onClose: (table?: string) => void
}): ReactNode {
  return (
    <Modal
      opened={isOpen}
      onClose={() => onClose()}
      title="New table"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {isOpen ? <CreateForm onCreated={onClose} /> : null}
    </Modal>
  )
}

function CreateForm({ onCreated }: { readonly onCreated: (table: string) => void }): ReactNode {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [isSaving, setSaving] = useState(false)
  const isName = /^[A-Za-z][A-Za-z0-9]{2,62}$/.test(name)
  const create = async (): Promise<void> => {
    if (!isName || isSaving) return
    setSaving(true)
    setProblem(undefined)
    try {
      const isCreated = await createTable(name)
      if (isCreated) {
        onCreated(name)
        return
      }
      setProblem({
        code: 'ALREADY_EXISTS',
        message: `There is a table ${name}, perhaps in other letters: their case does not count.`,
        fix: 'Choose another name.',
      })
    } catch (error) {
      setProblem(problemOf(error))
    }
    setSaving(false)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="3 to 63 letters and digits, a letter first; their case does not count."
          data-autofocus
          spellCheck={false}
          autoComplete="off"
          value={name}
          error={
            name.length > 2 && !isName ? 'Letters and digits only, a letter first.' : undefined
          }
          onChange={({ currentTarget }) => setName(currentTarget.value.trim())}
        />
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isSaving} disabled={!isName}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

export function DropTable({
  table,
  onClose,
}: {
  /** Undefined: nothing is asked. */
  readonly table: string | undefined
  readonly onClose: (isDropped: boolean) => void
}): ReactNode {
  return (
    <Modal
      opened={table !== undefined}
      onClose={() => onClose(false)}
      title={`Delete the table ${table ?? ''}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {table === undefined ? null : <DropForm table={table} onClose={onClose} />}
    </Modal>
  )
}

function DropForm({
  table,
  onClose,
}: {
  readonly table: string
  readonly onClose: (isDropped: boolean) => void
}): ReactNode {
  const [isDropping, setDropping] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['tables', 'count', table],
    queryFn: ({ signal }) => countEntities(table, signal),
    staleTime: 0,
    gcTime: 0,
  })
  const drop = async (): Promise<void> => {
    setDropping(true)
    try {
      await dropTable(table)
      onClose(true)
    } catch (failure) {
      setDropping(false)
      tellProblem(failure)
    }
  }
  const amount =
    data === undefined
      ? undefined
      : `${data.isMore ? 'more than ' : ''}${countText(data.count)} ${
          data.count === 1 ? 'entity' : 'entities'
        }`
  return (
    <Stack>
      {error === null ? (
        <Text role="status">
          {amount === undefined ? (
            'Counting what is in it…'
          ) : (
            <>
              It has <b>{amount}</b>, which go with it. This cannot be taken back.
            </>
          )}
        </Text>
      ) : (
        <ProblemNotice problem={problemOf(error)} />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" data-autofocus onClick={() => onClose(false)}>
          Keep it
        </Button>
        <Button
          color="red"
          loading={isDropping}
          disabled={amount === undefined && error === null}
          onClick={() => void drop()}
        >
          {amount === undefined ? 'Delete' : `Delete ${amount}`}
        </Button>
      </Group>
    </Stack>
  )
}
