/**
 * What a screen wants to be seen on all others as well: that faults are being injected, say. One a
 * screen, until the screen takes it back.
 */
import { type Live, topic } from './live.ts'

/** A sentence, and where it comes from. */
export interface Notice {
  /** The screen that says it, and where one can do something about it. */
  readonly screen: string
  readonly text: string
}

/** What is told now; it stands in the head of a page that is served, too. */
const notices = topic<readonly Notice[]>('notices')

export class Notices {
  readonly #live: Live
  readonly #texts = new Map<string, string>()

  constructor(live: Live) {
    this.#live = live
  }

  get all(): readonly Notice[] {
    return [...this.#texts].map(([screen, text]) => ({ screen, text }))
  }

  /** Tells the pages when it is another one. Undefined takes it back. */
  set(screen: string, text: string | undefined): void {
    if (this.#texts.get(screen) === text) return
    if (text === undefined) this.#texts.delete(screen)
    else this.#texts.set(screen, text)
    this.#live.publish(notices, this.all)
  }
}
