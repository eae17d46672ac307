/**
 * Numbers of the last minutes, in a ring of slots of five seconds.
 *
 * ```
 * slot   96   97   98   99  100        one minute: the last 12 slots, the running one included
 *       [12] [ 3] [ 0] [41] [ 7|  ]    so 55 to 60 seconds, as `seconds` tells
 * ```
 *
 * Invariant: bounded memory (60 slots, 3 KiB); a slot is emptied when it is met again, so that an
 * idle window costs nothing.
 */

const slotMs = 5000
const slots = 60
/** Of each slot: which one it is, and then what it counted. */
const width = 6

/** What is counted: its place in a slot. */
export const counted = {
  calls: 1,
  answered: 2,
  faults: 3,
  bytesRead: 4,
  bytesWritten: 5,
} as const

type Counted = (typeof counted)[keyof typeof counted]

/** What was counted within a window of time. */
export interface WindowSummary {
  /** What the window really covers: less than its name says, most of all after a start. */
  readonly seconds: number
  readonly calls: number
  readonly faults: number
  /** Answered calls of those that the store answered or failed; undefined when there are none. */
  readonly availability: number | undefined
  readonly callsPerSecond: number
  readonly bytesReadPerSecond: number
  readonly bytesWrittenPerSecond: number
}

/** Counts by time. Times are monotonic. */
export class SlidingWindow {
  readonly #ring = new Float64Array(slots * width).fill(-1)
  #startMs: number

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  add(what: Counted, amount: number, nowMs: number): void {
    const at = this.#slotAt(Math.floor(nowMs / slotMs)) + what
    this.#ring[at] = this.#ring[at]! + amount
  }

  /** Counts what the other one counted, too. */
  absorb(other: SlidingWindow): void {
    this.#startMs = Math.min(this.#startMs, other.#startMs)
    for (let from = 0; from < other.#ring.length; from += width) {
      const slot = other.#ring[from]!
      if (slot < 0) continue
      const at = this.#slotAt(slot)
      for (let field = 1; field < width && this.#ring[at] === slot; field++) {
        this.#ring[at + field] = this.#ring[at + field]! + other.#ring[from + field]!
      }
    }
  }

  reset(nowMs: number): void {
    this.#ring.fill(-1)
    this.#startMs = nowMs
  }

  /** @param minutes At most five. */
  summary(minutes: 1 | 5, nowMs: number): WindowSummary {
    const last = Math.floor(nowMs / slotMs)
    const first = last - (minutes * 60_000) / slotMs + 1
    const sums = new Float64Array(width)
    for (let from = 0; from < this.#ring.length; from += width) {
      const slot = this.#ring[from]!
      if (slot < Math.max(first, 0) || slot > last) continue
      for (let field = 1; field < width; field++) sums[field]! += this.#ring[from + field]!
    }
    const seconds = (nowMs - Math.max(first * slotMs, this.#startMs)) / 1000
    // The first call of a store is no thousand a second.
    const rate = (what: Counted): number => sums[what]! / Math.max(seconds, 1)
    return {
      seconds,
      calls: sums[counted.calls]!,
      faults: sums[counted.faults]!,
      availability: availability(sums[counted.answered]!, sums[counted.faults]!),
      callsPerSecond: rate(counted.calls),
      bytesReadPerSecond: rate(counted.bytesRead),
      bytesWrittenPerSecond: rate(counted.bytesWritten),
    }
  }

  /** Where the slot begins in the ring; emptied when another one was there. */
  #slotAt(slot: number): number {
    const at = (slot % slots) * width
    const known = this.#ring[at]!
    // An older one than what is there can only come from another window: it stays left out.
    if (known < slot) {
      this.#ring.fill(0, at, at + width)
      this.#ring[at] = slot
    }
    return at
  }
}

/** The share that was answered; undefined when nothing was. */
export function availability(answered: number, faults: number): number | undefined {
  const all = answered + faults
  return all === 0 ? undefined : answered / all
}
