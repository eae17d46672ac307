import { Button, Checkbox, Group, Stack } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import type { AskProps } from './ask.ts'
import { DestinationField, suggestionsHeight } from './destination-field.tsx'
import { verbOf } from './dialog-title.ts'
import { ForecastText, ProblemAlert } from './forecast-text.tsx'
import { PathList } from './path-list.tsx'
import { answerWith } from './transfers.ts'
import { useDestination } from './use-destination.ts'

/** Asks where a copy or a move goes, and shows what becomes of the first keys. */
export function DestinationForm({
  question,
  isBusy,
  answer,
  problem,
  onClose,
}: AskProps): ReactNode {
  const place = useDestination(question, answer, problem)
  const { typed, isOverwrite, request, preview, forecast, isReady } = place
  // That is told at the field.
  const isTold = problem?.code === 'ALREADY_EXISTS'
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // The keyboard goes to where the answer is mended.
    if (problem !== undefined) field.current?.focus()
  }, [problem])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady && !isBusy) void answerWith(question, request, { typed, isOverwrite })
  }
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <DestinationField ref={field} question={question} place={place} />
      {/* The suggestions of the field lie over this, and over nothing that one clicks. */}
      <Stack gap="sm" mih={suggestionsHeight}>
        {preview.length === 0 ? null : (
          <>
            <PathList label="What they become" paths={preview} total={forecast.data?.done} />
            <ForecastText forecast={forecast} />
          </>
        )}
      </Stack>
      {problem === undefined || isTold ? null : <ProblemAlert problem={problem} />}
      <Group justify="space-between" gap="xs">
        <Checkbox
          label="Overwrite what exists"
          checked={isOverwrite}
          onChange={({ currentTarget }) => place.setOverwrite(currentTarget.checked)}
        />
        <Group gap="xs" ml="auto">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={isBusy}>
            {verbOf(question)}
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}
