/** What one would like to see of consumers, line by line. Bounded: the last `keptLinesMax`. */
import type { LogLine } from './wire.ts'

const keptLinesMax = 200

export class EventLog {
  readonly #lines: LogLine[] = []
  #sequence = 0

  add(line: Omit<LogLine, 'sequence'>): void {
    this.#sequence += 1
    this.#lines.push({ sequence: this.#sequence, ...line })
    if (this.#lines.length > keptLinesMax) this.#lines.shift()
  }

  /** Oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines
  }

  /** The last so many, oldest first. */
  last(count: number): readonly LogLine[] {
    return this.#lines.slice(-count)
  }
}
