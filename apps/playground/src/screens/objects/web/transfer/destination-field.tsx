import { Autocomplete } from '@mantine/core'
import { type FocusEvent, type ReactNode, type Ref, useRef } from 'react'
import { lastSegment, onlyOne, parentOf, stemLength } from './destination.ts'
import type { Question } from './dialog.ts'
import { usePrefixes } from './forecast.ts'
import type { DestinationState } from './use-destination.ts'

const suggestedMax = 50
/** Pixels, of those that are seen at once. */
export const suggestionsHeight = 128

/** Where it goes: typed, with the prefixes that there are as suggestions. */
export function DestinationField({
  ref,
  question,
  place,
}: {
  readonly ref: Ref<HTMLInputElement>
  readonly question: Question
  readonly place: DestinationState
}): ReactNode {
  const { typed, setTyped, fault, isTaken, isOverwrite } = place
  const { label, description } = textsOf(question)
  const onFocus = useStemSelection()
  const data = useSuggestions(question, typed)
  const taken = 'Something is there already: choose another key, or tick "Overwrite what exists".'
  return (
    <Autocomplete
      ref={ref}
      label={label}
      description={description}
      value={typed}
      onChange={setTyped}
      data={data}
      filter={({ options, search }) =>
        options.filter((option) => 'value' in option && option.value !== search)
      }
      limit={suggestedMax}
      openOnFocus={false}
      maxDropdownHeight={suggestionsHeight}
      onFocus={onFocus}
      // Above the field: the suggestions would cover it.
      inputWrapperOrder={['label', 'description', 'error', 'input']}
      error={fault ?? (isTaken && !isOverwrite ? taken : undefined)}
      spellCheck={false}
      autoComplete="off"
      autoCapitalize="off"
      data-autofocus
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  )
}

function textsOf({ selection, isRename }: Question): { label: string; description: string } {
  const isOne = onlyOne(selection) !== undefined
  if (isOne && selection.objects.length === 1) {
    return isRename
      ? { label: 'New key', description: 'Another prefix moves it there.' }
      : {
          label: 'New key',
          description: 'End it with "/" to put it under that prefix with its own name.',
        }
  }
  return isOne
    ? { label: 'New prefix', description: 'It takes the place of the old one in every key.' }
    : { label: 'Into prefix', description: 'Each keeps its last segment. Empty: the top level.' }
}

/** The first time, the name is selected without its extension: it is what one changes. */
function useStemSelection(): (event: FocusEvent<HTMLInputElement>) => void {
  const isDone = useRef(false)
  return ({ currentTarget }) => {
    if (isDone.current) return
    isDone.current = true
    const { value } = currentTarget
    const start = parentOf(value).length
    currentTarget.setSelectionRange(start, start + stemLength(lastSegment(value)))
  }
}

/** Whole destinations under the prefixes that begin as typed. */
function useSuggestions({ selection }: Question, typed: string): string[] {
  const parent = typed.slice(0, typed.lastIndexOf('/') + 1)
  const only = onlyOne(selection)
  const name = only === undefined ? '' : lastSegment(only)
  const begun = usePrefixes(parent).filter((prefix) => prefix.startsWith(typed))
  const inside = typed === parent && parent !== '' ? [parent] : []
  const all = [...inside, ...begun].filter((prefix) => !selection.prefixes.includes(prefix))
  return [...new Set(all.map((prefix) => prefix + name))].slice(0, suggestedMax)
}
