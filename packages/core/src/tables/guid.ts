/** A GUID as a value of its own, so that it is told apart from text that looks like one. */
import { StorageError } from '../errors.ts'
import { describe } from '../options.ts'

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** 128 bits, written as RFC 9562 does, in lower case. Immutable. */
export class Guid {
  /** `12345678-9abc-def0-1234-56789abcdef0`. */
  readonly value: string

  /** @throws TypeError for no string, StorageError `INVALID_ARGUMENT` for one that is no GUID. */
  constructor(text: string) {
    if (typeof text !== 'string') throw new TypeError(`A GUID is text, not ${describe(text)}`)
    const value = text.toLowerCase()
    if (!pattern.test(value)) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `${JSON.stringify(text.slice(0, 40))} is no GUID; write it as ` +
          '"12345678-9abc-def0-1234-56789abcdef0"',
      )
    }
    this.value = value
    Object.freeze(this)
  }

  toString(): string {
    return this.value
  }

  toJSON(): string {
    return this.value
  }
}
