import { CloseButton, Kbd, TextInput } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useRef, useSyncExternalStore } from 'react'
import { useShortcuts } from '../../../../web/shortcuts.ts'
import type { FilterText } from './filter-text.ts'
import classes from './toolbar.module.css'

/** Only names that hold a text. `/` comes here, Escape clears, the arrow down goes to the list. */
export function FilterField({
  filter,
  onType,
  onLeave,
}: {
  readonly filter: FilterText
  readonly onType: (text: string, at?: number) => void
  readonly onLeave: () => void
}): ReactNode {
  const text = useSyncExternalStore(filter.subscribe, filter.value)
  const input = useRef<HTMLInputElement>(null)
  useShortcuts([['/', () => input.current?.focus()]])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault()
      // It closes nothing else.
      event.stopPropagation()
      if (text === '') onLeave()
      else onType('')
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault()
      onLeave()
    }
  }
  return (
    <TextInput
      ref={input}
      size="sm"
      className={classes['filter']}
      aria-label="Only names that hold this text"
      placeholder="Filter"
      value={text}
      onChange={(event) => onType(event.currentTarget.value, event.nativeEvent.timeStamp)}
      onKeyDown={onKeyDown}
      leftSection={<IconFilter size={16} aria-hidden />}
      rightSection={
        text === '' ? (
          <Kbd size="xs" className={classes['hint']}>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the filter" onClick={() => onType('')} />
        )
      }
      spellCheck={false}
      autoComplete="off"
    />
  )
}
