/** Amounts as a person reads them. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1536` -> `1.5 KiB`. */
export function bytesText(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024
    unit += 1
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1
  return `${amount.toFixed(digits)} ${units[unit]}`
}

/** `0.42` -> `420 µs`, `12.3` -> `12.3 ms`, `1500` -> `1.5 s`. */
export function durationText(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

const wholeNumber = new Intl.NumberFormat('en')

/** `100000` -> `100,000`. */
export function countText(count: number): string {
  return wholeNumber.format(count)
}

const sameDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const otherDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** A moment, in the person's own habit; the time alone when it was today. */
export function momentText(moment: Date | number, now = new Date()): string {
  const date = new Date(moment)
  return (date.toDateString() === now.toDateString() ? sameDay : otherDay).format(date)
}
