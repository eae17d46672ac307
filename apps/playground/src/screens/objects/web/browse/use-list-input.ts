/** What keys and pointers do in the list. One handler for all rows. */
import type { KeyboardEvent, MouseEvent } from 'react'
import { askRename, askTransfer } from '../transfer/transfers.ts'
import { askChosen } from './ask-chosen.ts'
import { placeAfter } from './list-keys.ts'
import type { Listed } from './listing.ts'
import type { Browsing } from './use-browsing.ts'
import type { Choosing } from './use-choosing.ts'
import type { ListFocus } from './use-list-focus.ts'

export interface ListInputParts {
  readonly browsing: Browsing
  readonly listed: Listed
  readonly focus: ListFocus
  readonly choosing: Choosing
  /** Rows that are seen at once. */
  readonly pageRows: () => number
  /** Scrolls to a row. */
  readonly reveal: (place: number) => void
}

export interface ListInput {
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onClick: (event: MouseEvent) => void
  readonly onMouseDown: (event: MouseEvent) => void
  readonly onFocus: (event: React.FocusEvent) => void
  readonly onBlur: (event: React.FocusEvent) => void
}

export function useListInput(parts: ListInputParts): ListInput {
  const { focus } = parts
  return {
    onKeyDown: (event) => {
      // A checkbox or a button of the head has its own keys.
      if (rowAt(event.target) === undefined || !onKey(event, parts)) return
      event.preventDefault()
      // Escape and Delete mean something to the open object, too.
      event.stopPropagation()
    },
    onClick: (event) => onClick(event, parts),
    onMouseDown: (event) => {
      // A range is chosen, not the text in it.
      if (event.shiftKey) event.preventDefault()
    },
    onFocus: ({ target }) => {
      const key = rowAt(target)?.dataset['key']
      if (key !== undefined) focus.onFocus(key)
    },
    onBlur: focus.onBlur,
  }
}

function rowAt(target: EventTarget): HTMLElement | undefined {
  return (target as Element).closest<HTMLElement>('[data-place]') ?? undefined
}

function onClick(event: MouseEvent, { browsing, listed, focus, choosing }: ListInputParts): void {
  const row = rowAt(event.target)
  if (row === undefined) return
  const place = Number(row.dataset['place'])
  if (event.shiftKey) {
    // The row with the keyboard may be far out of sight.
    choosing.extend(place, place)
    focus.moveTo(place)
  } else if (event.ctrlKey || event.metaKey || (event.target as Element).closest('[data-choose]')) {
    choosing.toggle(place)
    focus.moveTo(place)
  } else {
    choosing.begin(place)
    open(browsing, listed, place)
  }
}

/** Returns whether the key meant something. */
function onKey(event: KeyboardEvent, parts: ListInputParts): boolean {
  const { browsing, listed, focus, choosing } = parts
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  if (altKey) return false
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() !== 'a') return false
    choosing.all(true)
    return true
  }
  const count = listed.order.length
  const to = placeAfter(key, focus.place, { count, page: parts.pageRows() })
  if (to !== undefined) {
    if (shiftKey) choosing.extend(to, focus.place)
    else choosing.begin(to)
    focus.moveTo(to)
    parts.reveal(to)
    return true
  }
  switch (key) {
    case 'Enter':
      open(browsing, listed, focus.place)
      return true
    case ' ':
      if (shiftKey) choosing.extend(focus.place, focus.place)
      else choosing.toggle(focus.place)
      return true
    case 'Delete':
      deleteAt(parts)
      return true
    case 'F2':
      renameAt(parts)
      return true
    case 'Escape':
      return escape(browsing)
    default:
      return false
  }
}

function open(
  { openPrefix, openObject }: Browsing,
  { columns, order }: Listed,
  place: number,
): void {
  const slot = order[place]
  if (slot === undefined) return
  const { isPrefix, key } = columns.row(slot)
  if (isPrefix) openPrefix(key)
  else openObject(key)
}

/** Deletes what is chosen; else the row with the keyboard. Asks first. */
function deleteAt({ browsing: { chosen }, listed, focus }: ListInputParts): void {
  if (chosen.size > 0) {
    askChosen('delete', chosen, listed)
    return
  }
  const slot = listed.order[focus.place]
  if (slot === undefined) return
  const { isPrefix, key, etag } = listed.columns.row(slot)
  askTransfer('delete', {
    objects: isPrefix ? [] : [{ key, etag }],
    prefixes: isPrefix ? [key] : [],
  })
}

/** Renames the row with the keyboard: an object, or all under a prefix. Asks first. */
function renameAt({ listed: { columns, order }, focus }: ListInputParts): void {
  const slot = order[focus.place]
  if (slot !== undefined) askRename(columns.row(slot).key)
}

/** Undoes the last step: what is chosen, then what is open. */
function escape({ chosen, openKey, closeObject }: Browsing): boolean {
  if (chosen.size > 0) chosen.clear()
  else if (openKey !== undefined) closeObject()
  else return false
  return true
}
