/**
 * Objects between the oldest one that is not settled and the newest that was begun.
 *
 * ```
 * listing order   a b c d e f g h ...
 *                 + + + . + . +         + settled, . on its way
 *                     ^ through: all up to here is settled; what lies behind it is remembered
 * ```
 *
 * So a migration of any length is remembered by one key and a window of bounded size.
 */

/** Most objects in the window: one that takes very long holds the others up at last. */
const windowObjectsMax = 65_536

/** The place of one object. */
export interface WindowPlace {
  readonly key: string
  isSettled: boolean
}

export class SettledWindow {
  #places: WindowPlace[] = []
  #first = 0
  #through: string | undefined

  /** @param through Up to where all was settled before. */
  constructor(through: string | undefined) {
    this.#through = through
  }

  /** Every object up to this key, in listing order, is settled. */
  get through(): string | undefined {
    return this.#through
  }

  get isFull(): boolean {
    return this.#places.length - this.#first >= windowObjectsMax
  }

  /** The next object in listing order. */
  enter(key: string): WindowPlace {
    const place = { key, isSettled: false }
    this.#places.push(place)
    return place
  }

  settle(place: WindowPlace): void {
    place.isSettled = true
    for (; this.#places[this.#first]?.isSettled === true; this.#first++) {
      this.#through = this.#places[this.#first]!.key
    }
    if (this.#first < 1024 || this.#first * 2 < this.#places.length) return
    this.#places = this.#places.slice(this.#first)
    this.#first = 0
  }
}
