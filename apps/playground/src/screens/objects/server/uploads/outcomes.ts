/**
 * What came of uploads, by id: a page that cancels one cannot know whether it was written before.
 *
 * Invariant: bounded. The last `outcomesMax`, which is more than can be under way.
 */
import type { Written } from '../save.ts'

const outcomesMax = 1000

export class Outcomes {
  readonly #outcomes = new Map<string, Promise<Written | undefined>>()

  /** Notes what an upload is going to come to. What rejects has written nothing. */
  note(id: string, outcome: Promise<Written | undefined>): void {
    this.#outcomes.set(
      id,
      outcome.catch(() => undefined),
    )
    const [oldest] = this.#outcomes.keys()
    if (this.#outcomes.size > outcomesMax) this.#outcomes.delete(oldest!)
  }

  has(id: string): boolean {
    return this.#outcomes.has(id)
  }

  /** What it wrote, once it is over; undefined for nothing. */
  async of(id: string): Promise<Written | undefined> {
    return this.#outcomes.get(id)
  }
}
