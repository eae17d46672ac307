/**
 * What the store holds, counted from its listing.
 *
 * Invariant: constant memory, however many objects there are. Keys come in order, so all that begin
 * with one prefix come together: a prefix is finished when the next one comes, and only the largest
 * are kept. Content types come in any order: the first `typesMax` are told apart.
 */
import type { ListedObject } from '@aos-storage/core'
import { Largest } from './ranking.ts'
import type { Age, NamedShare, Ranking, Share, Usage, UsageProgress } from './wire.ts'

const largestMax = 10
const prefixesMax = 12
const typesMax = 100

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** From the youngest; an object belongs to the first limit that it is below. */
const ageLimits: readonly (readonly [Age, number])[] = [
  ['hour', hourMs],
  ['day', dayMs],
  ['week', 7 * dayMs],
  ['month', 30 * dayMs],
  ['year', 365 * dayMs],
]

interface Counted {
  objects: number
  bytes: number
}

interface CountedName extends Counted {
  readonly name: string
}

/** Objects one by one, in the order of a listing. */
export class UsageCount {
  readonly #now: number
  readonly #all = none()
  readonly #largest = new Largest<{ key: string; size: number }>(largestMax, ({ size }) => size)
  readonly #prefixes = new PrefixCount()
  readonly #types = new Map<string, CountedName>()
  readonly #otherTypes = none()
  readonly #ages: Record<Age, Counted> = {
    ...{ hour: none(), day: none(), week: none() },
    ...{ month: none(), year: none(), older: none() },
  }
  #oldest: Usage['oldest'] = null
  #newest: Usage['newest'] = null
  #key = ''

  /** @param now Milliseconds since 1970, from which ages count. */
  constructor(now: number) {
    this.#now = now
  }

  add({ key, size, modifiedAt, contentType = '' }: ListedObject): void {
    this.#key = key
    count(this.#all, size)
    this.#largest.add({ key, size })
    this.#prefixes.add(key, size)
    count(this.#typeOf(contentType), size)
    const at = modifiedAt.getTime()
    const age = ageLimits.find(([, limitMs]) => this.#now - at < limitMs)?.[0] ?? 'older'
    count(this.#ages[age], size)
    if (at < (this.#oldest?.modifiedAt ?? Infinity)) this.#oldest = { key, modifiedAt: at }
    if (at > (this.#newest?.modifiedAt ?? -Infinity)) this.#newest = { key, modifiedAt: at }
  }

  get progress(): UsageProgress {
    return { ...this.#all, key: this.#key }
  }

  /** Ends the count. */
  result(): Usage {
    const types = [...this.#types.values()].toSorted((a, b) => b.bytes - a.bytes)
    // Types that were not told apart have no number; they are one.
    const names = this.#otherTypes.objects === 0 ? 0 : 1
    return {
      ...this.#all,
      largest: this.#largest.items,
      prefixes: this.#prefixes.result(),
      types: { first: types, others: { ...this.#otherTypes, names } },
      ages: this.#ages,
      oldest: this.#oldest,
      newest: this.#newest,
    }
  }

  #typeOf(name: string): Counted {
    const known = this.#types.get(name)
    if (known !== undefined) return known
    if (this.#types.size >= typesMax) return this.#otherTypes
    const counted = { name, ...none() }
    this.#types.set(name, counted)
    return counted
  }
}

/** Counts by all up to and with the first `/`. */
class PrefixCount {
  readonly #largest = new Largest<NamedShare>(prefixesMax, ({ bytes }) => bytes)
  readonly #others = { names: 0, ...none() }
  /** Keys without a `/` are spread over the listing. */
  readonly #bare: CountedName = { name: '', ...none() }
  #current: CountedName | undefined

  add(key: string, size: number): void {
    const name = key.slice(0, key.indexOf('/') + 1)
    if (name === '') {
      count(this.#bare, size)
      return
    }
    if (this.#current?.name !== name) {
      this.#finish(this.#current)
      this.#current = { name, ...none() }
    }
    count(this.#current, size)
  }

  result(): Ranking {
    this.#finish(this.#current)
    this.#finish(this.#bare)
    return { first: this.#largest.items, others: this.#others }
  }

  #finish(counted: CountedName | undefined): void {
    if (counted === undefined || counted.objects === 0) return
    const dropped = this.#largest.add(counted)
    if (dropped === undefined) return
    this.#others.names += 1
    this.#others.objects += dropped.objects
    this.#others.bytes += dropped.bytes
  }
}

function none(): Counted & Share {
  return { objects: 0, bytes: 0 }
}

function count(counted: Counted, size: number): void {
  counted.objects += 1
  counted.bytes += size
}
