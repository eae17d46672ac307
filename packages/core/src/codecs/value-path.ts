/** Where in a value something is, as `$.a[3].b`: names and places, never content. */
import { StorageError } from '../errors.ts'

const identifier = /^[A-Za-z_$][\w$]{0,63}$/

/**
 * Deepest nesting of arrays, objects, maps and sets that can be stored, in levels. Node's own
 * `deepStrictEqual` overflows its stack below 1,000.
 */
export const valueDepthMax = 512

/** A step that may not be shown, because it is content. */
export const hidden: unique symbol = Symbol('hidden step')

/** The steps to the value in hand. Pushed and popped while walking, so it costs no strings. */
export class ValuePath {
  readonly #steps: (string | number | typeof hidden)[] = []

  /** Levels below the root. */
  get depth(): number {
    return this.#steps.length
  }

  push(step: string | number | typeof hidden): void {
    this.#steps.push(step)
  }

  pop(): void {
    this.#steps.pop()
  }

  toString(): string {
    const shown = this.#steps.slice(0, 12).map((step) => {
      if (step === hidden) return '[…]'
      if (typeof step === 'number') return `[${step}]`
      return identifier.test(step) ? `.${step}` : `[${JSON.stringify(step.slice(0, 64))}]`
    })
    return `$${shown.join('')}${this.#steps.length > 12 ? '…' : ''}`
  }
}

/** The error of a value that cannot be stored without loss: where, what it is, and the fix. */
export function lossError(path: ValuePath, what: string, fix: string): StorageError {
  return new StorageError('SERIALIZATION', `The value at ${path.toString()} is ${what}; ${fix}`)
}
