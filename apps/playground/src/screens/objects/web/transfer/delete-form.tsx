import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { TransferRequest } from '../../server/wire.ts'
import type { AskProps } from './ask.ts'
import { openDialog, type Question } from './dialog.ts'
import { useFirstKeys, useForecast } from './forecast.ts'
import { ForecastText, ProblemAlert } from './forecast-text.tsx'
import { objectsText } from './object-count.ts'
import { PathList } from './path-list.tsx'
import { answerWith } from './transfers.ts'

const shownMax = 6
/** More than so many are not deleted by one key press. */
const smallMax = 100

/** Asks before objects are deleted: what goes, and whether it can come back. */
export function DeleteForm({ question, isBusy, problem, onClose }: AskProps): ReactNode {
  const { objects, prefixes } = question.selection
  const request = deletion(question)
  const forecast = useForecast(request)
  const under = useFirstKeys(prefixes, shownMax)
  const keys = [...objects.slice(0, shownMax).map(({ key }) => key), ...under].slice(0, shownMax)
  const [isMeant, setMeant] = useState(false)
  const { data } = forecast
  const isReady = data !== undefined && data.done > 0 && forecast.error === null
  const isSmall = isReady && data.done <= smallMax && data.undoRefusal === undefined
  const cancel = useRef<HTMLButtonElement>(null)
  const proceed = useRef<HTMLButtonElement>(null)
  const confirm = useRef<HTMLInputElement>(null)
  useFocusFrom(cancel, isSmall ? proceed : confirm, isReady)
  return (
    <Stack gap="sm">
      <PathList label="What goes" paths={keys.map((from) => ({ from }))} total={data?.done} />
      {prefixes.length === 0 ? null : (
        <Text size="sm">
          Everything under a prefix goes, also what others write there until then.
        </Text>
      )}
      <ForecastText forecast={forecast} />
      {problem === undefined ? null : <ProblemAlert problem={problem} />}
      {isReady && !isSmall ? (
        <Checkbox
          ref={confirm}
          checked={isMeant}
          onChange={({ currentTarget }) => setMeant(currentTarget.checked)}
          label={`Yes, delete ${objectsText(data.done)}`}
        />
      ) : null}
      <Group justify="flex-end" gap="xs">
        <Button ref={cancel} variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button
          ref={proceed}
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          disabled={!isSmall && !isMeant}
          loading={isBusy}
          onClick={() => void answerWith(question, request)}
        >
          Delete
        </Button>
      </Group>
    </Stack>
  )
}

/** Takes the focus on once it is clear what is asked, unless the person went on meanwhile. */
function useFocusFrom(
  from: RefObject<HTMLElement | null>,
  to: RefObject<HTMLElement | null>,
  isReady: boolean,
): void {
  useEffect(() => {
    if (!isReady) return undefined
    // The dialog puts the focus on its first place a moment after it opened.
    const timer = setTimeout(() => {
      // While it closes, the focus is on its way back to where it was.
      const isOpen = openDialog() !== undefined
      if (isOpen && document.activeElement === from.current) to.current?.focus()
    }, 50)
    return () => clearTimeout(timer)
  }, [from, to, isReady])
}

function deletion({ selection: { objects, prefixes } }: Question): TransferRequest {
  return {
    kind: 'delete',
    items: objects.map(({ key, etag }) => ({ key, etag })),
    prefixes: prefixes.map((prefix) => ({ prefix })),
  }
}
