/**
 * A part of the view that may change faster than an address: the page shows it at once, the address
 * has it when the person pauses. Browsers refuse an address that changes with every letter, or with
 * every row that a held key passes; and a field that shows the address, which comes late, loses the
 * caret.
 */
import { useEffect, useState, useSyncExternalStore } from 'react'

const pauseMs = 250

export class Draft<T> {
  #value: T
  /** What the address has, or will have when the router comes to what was written. */
  #inAddress: T
  /** Written, and not seen in the address yet: the router comes to it late, or never. */
  #written: readonly T[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #watchers = new Set<() => void>()

  constructor(inAddress: T) {
    this.#value = inAddress
    this.#inAddress = inAddress
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** For `useSyncExternalStore`. */
  readonly value = (): T => this.#value

  /** The person changed it. `write` puts a value in the address. */
  change(value: T, write: (value: T) => void): void {
    this.#set(value)
    this.close()
    this.#timer = setTimeout(() => {
      if (value === this.#inAddress) return
      this.#inAddress = value
      this.#written = [...this.#written, value]
      write(value)
    }, pauseMs)
  }

  /** The address changed. By back, forward or a link it is right, and what was drafted is old. */
  follow(inAddress: T): void {
    const place = this.#written.indexOf(inAddress)
    this.#written = this.#written.slice(place + 1)
    if (place >= 0 || inAddress === this.#inAddress) return
    this.close()
    this.#written = []
    this.#inAddress = inAddress
    this.#set(inAddress)
  }

  /** Writes nothing any more. */
  close(): void {
    clearTimeout(this.#timer)
  }

  #set(value: T): void {
    if (value === this.#value) return
    this.#value = value
    for (const watcher of this.#watchers) watcher()
  }
}

/** What is shown, and how it is changed. `write` puts a value in the address. */
export function useDraft<T extends string | undefined>(
  inAddress: T,
  write: (value: T) => void,
): readonly [value: T, change: (value: T) => void] {
  const [draft] = useState(() => new Draft<T>(inAddress))
  const value = useSyncExternalStore(draft.subscribe, draft.value)
  useEffect(() => draft.follow(inAddress), [draft, inAddress])
  useEffect(() => () => draft.close(), [draft])
  return [value, (next) => draft.change(next, write)]
}
