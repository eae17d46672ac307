/** The text of the filter: the list follows each letter, the address when the person pauses. */
import { useEffect, useEffectEvent, useMemo } from 'react'
import { Draft } from '../../../../web/draft.ts'

/** What is typed into the filter of one listing. Outside React: a letter draws the field alone. */
export class FilterText extends Draft<string> {
  #typedAt: number | undefined

  /** The person typed. `at`: when, by `performance.now()`. `write` puts the text in the address. */
  type(text: string, at: number, write: (text: string) => void): void {
    this.#typedAt = at
    this.change(text, write)
  }

  /** When the text was typed, once. */
  takeTypedAt(): number | undefined {
    const at = this.#typedAt
    this.#typedAt = undefined
    return at
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
  const onText = useEffectEvent(() => arrange(filter.value()))
  useEffect(() => filter.subscribe(() => onText()), [filter])
  useEffect(() => filter.follow(inAddress), [filter, inAddress])
  useEffect(() => () => filter.close(), [filter])
  return filter
}
