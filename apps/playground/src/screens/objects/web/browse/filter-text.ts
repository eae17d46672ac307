/** The text of the filter: the list follows each letter, the address when the person pauses. */
import { useEffect, useEffectEvent, useMemo } from 'react'

/** Browsers refuse an address that changes with every letter. */
const pauseMs = 250

/** What is typed into the filter of one listing. Outside React: a letter draws the field alone. */
export class FilterText {
  #text: string
  #inAddress: string
  #typedAt: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #watchers = new Set<() => void>()

  constructor(inAddress: string) {
    this.#text = inAddress
    this.#inAddress = inAddress
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** For `useSyncExternalStore`. */
  readonly text = (): string => this.#text

  /** The person typed. `at`: when, by `performance.now()`. `write` puts the text in the address. */
  type(text: string, at: number, write: (text: string) => void): void {
    this.#typedAt = at
    this.#set(text)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#inAddress = text
      write(text)
    }, pauseMs)
  }

  /** The address changed. By back, forward or a link it is right, and what was typed is old. */
  follow(inAddress: string): void {
    if (inAddress === this.#inAddress) return
    this.close()
    this.#inAddress = inAddress
    this.#set(inAddress)
  }

  /** When the text was typed, once. */
  takeTypedAt(): number | undefined {
    const at = this.#typedAt
    this.#typedAt = undefined
    return at
  }

  /** Writes nothing any more. */
  close(): void {
    clearTimeout(this.#timer)
  }

  #set(text: string): void {
    if (text === this.#text) return
    this.#text = text
    for (const watcher of this.#watchers) watcher()
  }
}

/** The filter of the listing of a prefix. `arrange` is called whenever its text changes. */
export function useFilterText(
  prefix: string,
  inAddress: string,
  arrange: (text: string) => void,
): FilterText {
  // A filter begins with what the address has
  const filter = useMemo(() => new FilterText(inAddress), [prefix])
  const onText = useEffectEvent(() => arrange(filter.text()))
  useEffect(() => filter.subscribe(() => onText()), [filter])
  useEffect(() => filter.follow(inAddress), [filter, inAddress])
  useEffect(() => () => filter.close(), [filter])
  return filter
}
