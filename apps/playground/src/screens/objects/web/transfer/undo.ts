/**
 * Undo, offered in a corner for ten seconds; the pointer or the focus on it stops the time. While
 * an offer is shown, Ctrl+Z or Cmd+Z takes the last one.
 *
 * Invariant: bounded. At most `shownMax` offers, the last ones, so that the newest is always seen;
 * each is taken once.
 */
import { notifications } from '@mantine/notifications'
import { createElement } from 'react'
import type { UndoOffer } from '../../server/wire.ts'
import { notice } from './notice.ts'
import { OfferText } from './offer-text.tsx'
import { noteOwn } from './own-actions.ts'
import { takeBack, type Undoing, type UndoOptions } from './take-back.tsx'

const offerMs = 10_000
/** A corner holds four messages; what waits behind them is shown when nobody wants it any more. */
const shownMax = 3

export type OfferOptions = Omit<UndoOptions, 'onAgain'>

interface Shown {
  readonly subject: string | undefined
  readonly take: () => void
}

/** By the id of their message, the last one at the end. */
const shown = new Map<string, Shown>()
/** Those who show which is the last. */
const watchers = new Set<() => void>()

/** Shows what was done, with a button that takes it back. Null, for nothing to undo: nothing. */
export function offerUndo(offer: UndoOffer | null | undefined, options: OfferOptions = {}): void {
  if (offer === null || offer === undefined) return
  offerUndoOf({ label: offer.label, offers: [offer] }, options)
}

/** As {@link offerUndo}, of actions that are taken back together. */
export function offerUndoOf(undoing: Undoing, options: OfferOptions = {}): void {
  const { label, offers } = undoing
  const [first] = offers
  if (first === undefined) return
  const { id } = first
  const subject =
    offers.length === 1 && first.key !== undefined ? `${label} ${first.key}` : undefined
  makeRoom(subject)
  noteOwn(
    offers.map((offer) => offer.id),
    label,
  )
  const onAgain = (again: readonly UndoOffer[]): void => offerUndoOf({ label, offers: again })
  const take = (): void => {
    // A second click comes before the button is gone.
    if (!shown.has(id)) return
    forget(id)
    notifications.hide(id)
    void takeBack(undoing, { ...options, onAgain })
  }
  if (shown.size === 0) window.addEventListener('keydown', onKey)
  const isLast = (): boolean => [...shown.keys()].at(-1) === id
  shown.set(id, { subject, take })
  tellWatchers()
  notifications.show({
    id,
    ...notice,
    priority: 1,
    autoClose: offerMs,
    withAutoCloseProgress: true,
    message: createElement(OfferText, { label, watch, isLast, onTake: take }),
    onClose: () => forget(id),
  })
}

/** The same done again to the same object takes the place of the former offer. */
function makeRoom(subject: string | undefined): void {
  const same = [...shown].filter(([, each]) => subject !== undefined && each.subject === subject)
  for (const [id] of same) notifications.hide(id)
  const [oldest] = shown.keys()
  if (oldest !== undefined && shown.size >= shownMax) notifications.hide(oldest)
}

function forget(id: string): void {
  if (!shown.delete(id)) return
  if (shown.size === 0) window.removeEventListener('keydown', onKey)
  tellWatchers()
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

function tellWatchers(): void {
  for (const watcher of watchers) watcher()
}

function onKey(event: KeyboardEvent): void {
  const { ctrlKey, metaKey, shiftKey, altKey, key, target } = event
  if (key.toLowerCase() !== 'z' || !(ctrlKey || metaKey) || shiftKey || altKey) return
  // There it takes back what was typed.
  const isTyping =
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
  const last = [...shown.values()].at(-1)
  if (isTyping || event.defaultPrevented || last === undefined) return
  event.preventDefault()
  last.take()
}
