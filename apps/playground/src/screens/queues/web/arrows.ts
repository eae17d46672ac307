import type { KeyboardEvent } from 'react'

/** Where a key leads from a place in a list of so many; undefined for other keys. */
export function placeAfter(key: string, place: number, count: number): number | undefined {
  const last = count - 1
  if (key === 'ArrowDown') return Math.min(last, place + 1)
  if (key === 'ArrowUp') return Math.max(0, place - 1)
  if (key === 'Home') return 0
  return key === 'End' ? last : undefined
}

/** Arrows go through the elements of a list that carry `data-stop`. */
export function followArrows(event: KeyboardEvent<HTMLElement>): void {
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-stop]')]
  const place = stops.indexOf(event.target as HTMLElement)
  const next = place < 0 ? undefined : placeAfter(event.key, place, stops.length)
  if (next === undefined) return
  event.preventDefault()
  stops[next]?.focus()
}
