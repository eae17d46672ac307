/** Which keys take part, and what they are called at the destination. */
import { createHash } from 'node:crypto'
import { assertPrefix } from '../keys.ts'
import { keyPattern } from '../key-pattern.ts'
import { describe } from '../options.ts'
import type { KeyMapping } from './options.ts'

/** How the keys of a source become those of a destination. */
export interface Mapping {
  /** Keys of the source begin so; others are no part of it. */
  readonly from: string
  /** What all keys of the destination begin with. */
  readonly to: string
  /** True when the new keys are in the order of the old ones, and no two are the same. */
  readonly keepsOrder: boolean
  /** For a journal: equal for the same mapping. */
  readonly name: string
  map(key: string): string
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for what maps no keys. */
export function mappingOf(given: KeyMapping | undefined): Mapping {
  if (given === undefined) {
    return { from: '', to: '', keepsOrder: true, name: 'same keys', map: (key) => key }
  }
  if (typeof given === 'function') {
    const hash = createHash('sha256').update(given.toString()).digest('hex').slice(0, 16)
    return { from: '', to: '', keepsOrder: false, name: `function ${hash}`, map: mapBy(given) }
  }
  const [from, to] = prefixesOf(given)
  const map = (key: string): string => to + key.slice(from.length)
  const name = `prefix ${JSON.stringify(from)} to ${JSON.stringify(to)}`
  return { from, to, keepsOrder: true, name, map }
}

function mapBy(map: (key: string) => string): (key: string) => string {
  return (key) => {
    const to: unknown = map(key)
    if (typeof to === 'string') return to
    throw new TypeError(`mapKeys gives a string for every key, not ${describe(to)}`)
  }
}

function prefixesOf(given: unknown): readonly [string, string] {
  const { prefix } = given as { prefix?: unknown }
  if (!Array.isArray(prefix) || prefix.length !== 2 || Object.keys(given as object).length !== 1) {
    throw new TypeError('mapKeys is a function, or { prefix: [from, to] } as in ["old/", "new/"]')
  }
  const [from, to] = prefix as unknown[]
  assertPrefix(from, 'mapKeys.prefix[0]')
  assertPrefix(to, 'mapKeys.prefix[1]')
  return [from, to]
}

/** Says of each key whether it is to be migrated. */
export function keyFilter(
  include: readonly string[],
  exclude: readonly string[],
): (key: string) => boolean {
  const wanted = include.map((pattern) => keyPattern(pattern).matches)
  const unwanted = exclude.map((pattern) => keyPattern(pattern).matches)
  return (key) =>
    (wanted.length === 0 || wanted.some((fits) => fits(key))) && !unwanted.some((fits) => fits(key))
}

/**
 * Keys that are taken, each remembered by 64 bits of its hash: 16 to 32 bytes a key, and one wrong
 * answer among 20 million keys in about 100,000 migrations.
 */
export class TakenKeys {
  #slots = new BigUint64Array(1024)
  #count = 0

  /** False when the key was taken before. */
  take(key: string): boolean {
    const digest = createHash('sha256').update(key).digest()
    if (!this.#put(digest.readBigUInt64LE() | 1n)) return false
    if (++this.#count * 2 > this.#slots.length) this.#grow()
    return true
  }

  #put(hash: bigint): boolean {
    const mask = this.#slots.length - 1
    for (let at = Number(hash >> 33n) & mask; ; at = (at + 1) & mask) {
      if (this.#slots[at] === hash) return false
      if (this.#slots[at] !== 0n) continue
      this.#slots[at] = hash
      return true
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new BigUint64Array(old.length * 2)
    for (const hash of old) if (hash !== 0n) this.#put(hash)
  }
}
