/**
 * Amounts as a person reads them: rounded first, so that no unit has more than there are in one.
 */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1536` -> `1.5 KiB`. */
export function bytesText(bytes: number): string {
  let unit = 0
  let text = bytes.toFixed(0)
  for (let amount = bytes; Number(text) >= 1024 && unit < units.length - 1; unit += 1) {
    amount /= 1024
    text = shortened(amount, 100)
  }
  return `${text} ${units[unit]}`
}

/** `0.42` -> `420 µs`, `1.23` -> `1.2 ms`, `12.3` -> `12 ms`, `1500` -> `1.5 s`, or `2 min 5 s`. */
export function durationText(ms: number): string {
  const microseconds = (ms * 1000).toFixed(0)
  if (Number(microseconds) < 1000) return `${microseconds} µs`
  const milliseconds = shortened(ms, 10)
  if (Number(milliseconds) < 1000) return `${milliseconds} ms`
  const seconds = (ms / 1000).toFixed(1)
  if (Number(seconds) < 60) return `${seconds} s`
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** With one decimal below `wholeFrom`, and none from there. */
function shortened(amount: number, wholeFrom: number): string {
  const text = amount.toFixed(1)
  return Number(text) < wholeFrom ? text : amount.toFixed(0)
}

const wholeNumber = new Intl.NumberFormat('en')

/** `100000` -> `100,000`. */
export function countText(count: number): string {
  return wholeNumber.format(count)
}

const sameDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })
const otherDay = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
})

/** A moment, in the person's language and zone, of 24 hours; the time alone when it was today. */
export function momentText(moment: Date | number, now = new Date()): string {
  const date = new Date(moment)
  return (date.toDateString() === now.toDateString() ? sameDay : otherDay).format(date)
}
