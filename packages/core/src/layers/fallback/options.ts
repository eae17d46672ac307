/** What `fallback` is made with, checked once. */
import { isBackend, type StorageBackend } from '../../backend.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { assertInteger, assertMethods, assertOptions, describe } from '../../options.ts'
import { type Random, systemRandom } from '../../random.ts'

/** A store that answers when the primary does not. */
export interface FallbackStore {
  /** As results and messages name it: letters, digits, `.`, `_`, `-`. Default: its backend's. */
  readonly name?: string | undefined
  readonly backend: StorageBackend
  /**
   * For a store that others keep in step (a replica): how far it may lag behind, in milliseconds,
   * as whoever runs it promises. Told as `staleMsMax`. Default: nobody knows.
   */
  readonly lagMsMax?: number | undefined
}

/** What {@link fallback} takes. */
export interface FallbackOptions {
  /**
   * What a write does while the primary is away. `'refuse'`: it fails, as without this layer.
   * `'fallback'`: the first store takes it, and it is reconciled with the primary afterwards;
   * conditional writes fail all the same, for only the primary can judge them. Default `'refuse'`.
   */
  readonly writes?: 'refuse' | 'fallback' | undefined
  /** True: what is written to the primary is copied to the first store as well. Default false. */
  readonly mirror?: boolean | undefined
  /** Most keys that wait, conflicts included; more are `QUOTA_EXCEEDED`. Default 10,000. */
  readonly pendingMax?: number | undefined
  /**
   * Most bytes of a streamed body that are kept, so that the fallback can be sent what the primary
   * took already; a longer body fails with the primary. Default 1 MiB.
   */
  readonly spoolBytesMax?: number | undefined
  /** `'auto'`: calls also start it in the background. Default `'auto'`. */
  readonly reconcile?: 'auto' | 'by-hand' | undefined
  /** Least time between two runs in the background. Default 5,000. */
  readonly reconcileEveryMs?: number | undefined
  /**
   * How far the primary's clock and this one may be apart. An object that was last changed before
   * the outage write, by more than this, is what that write replaces; a younger one that this layer
   * has not seen is a conflict. Default 60,000.
   */
  readonly clockSkewMsMax?: number | undefined
  /** False: whoever made the fallbacks closes them. Default true: `close` does. */
  readonly closeFallbacks?: boolean | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** Most keys that may wait, whatever the options say: all of them are held in memory. */
const pendingLimit = 100_000

const optionNames: ReadonlySet<string> = new Set([
  ...['writes', 'mirror', 'pendingMax', 'spoolBytesMax', 'reconcile', 'reconcileEveryMs'],
  ...['clockSkewMsMax', 'closeFallbacks', 'clock', 'random'],
])
const storeNames: ReadonlySet<string> = new Set(['name', 'backend', 'lagMsMax'])
const legalName = /^[A-Za-z0-9][\w.-]{0,63}$/
const dayMs = 86_400_000

/** A fallback, by the name that it goes by. */
export interface Store {
  readonly name: string
  readonly backend: StorageBackend
  readonly lagMsMax: number | undefined
}

/** The options with their defaults. */
export interface Settings {
  /** At least one. The first takes what is written. */
  readonly stores: readonly [Store, ...Store[]]
  readonly takesWrites: boolean
  readonly mirrors: boolean
  readonly pendingMax: number
  readonly spoolBytesMax: number
  readonly isAuto: boolean
  readonly reconcileEveryMs: number
  readonly clockSkewMsMax: number
  readonly closesFallbacks: boolean
  readonly clock: Clock
  readonly random: Random
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function settingsOf(
  stores: StorageBackend | FallbackStore | readonly (StorageBackend | FallbackStore)[],
  options: FallbackOptions,
): Settings {
  assertOptions(options, optionNames, 'fallback')
  const { pendingMax = 10_000, spoolBytesMax = 1024 ** 2, reconcileEveryMs = 5000 } = options
  const {
    clockSkewMsMax = 60_000,
    writes = 'refuse',
    mirror = false,
    closeFallbacks = true,
  } = options
  const { reconcile = 'auto', clock = systemClock, random = systemRandom } = options
  assertInteger(pendingMax, 'pendingMax', 1, pendingLimit)
  assertInteger(spoolBytesMax, 'spoolBytesMax', 0, 1024 ** 3)
  assertInteger(reconcileEveryMs, 'reconcileEveryMs', 1, dayMs)
  assertInteger(clockSkewMsMax, 'clockSkewMsMax', 0, dayMs)
  assertOneOf(writes, 'writes', ['refuse', 'fallback'])
  assertOneOf(reconcile, 'reconcile', ['auto', 'by-hand'])
  assertOneOf(mirror, 'mirror', [true, false])
  assertOneOf(closeFallbacks, 'closeFallbacks', [true, false])
  assertMethods(clock, 'clock', ['now', 'monotonicMs', 'sleep'])
  assertMethods(random, 'random', ['next', 'id'])
  return {
    stores: storesOf(stores),
    takesWrites: writes === 'fallback',
    mirrors: mirror,
    pendingMax,
    spoolBytesMax,
    isAuto: reconcile === 'auto',
    reconcileEveryMs,
    clockSkewMsMax,
    closesFallbacks: closeFallbacks,
    clock,
    random,
  }
}

function assertOneOf(value: unknown, name: string, known: readonly unknown[]): void {
  if (known.includes(value)) return
  const values = known.map((each) => `'${String(each)}'`).join(' or ')
  throw new TypeError(`fallback: ${name} is ${values}`)
}

function storesOf(given: unknown): readonly [Store, ...Store[]] {
  const stores = (Array.isArray(given) ? given : [given]).map(storeOf)
  const [first, ...more] = stores
  if (first === undefined) throw new TypeError('fallback: give it one store at least')
  const names = new Set(stores.map(({ name }) => name))
  if (names.size < stores.length) {
    throw new TypeError('fallback: two stores have the same name; give each one { name, backend }')
  }
  return [first, ...more]
}

function storeOf(given: unknown): Store {
  if (isBackend(given)) return storeOf({ backend: given })
  assertOptions(given, storeNames, 'fallback store')
  const { backend, lagMsMax, name = backend?.name } = (given ?? {}) as Partial<FallbackStore>
  if (!isBackend(backend)) {
    throw new TypeError(
      `fallback: a store is a backend or { name, backend }, not ${describe(given)}`,
    )
  }
  if (typeof name !== 'string') throw new TypeError('fallback: the name of a store is a string')
  if (!legalName.test(name)) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'fallback: the name of a store has 1 to 64 letters, digits, ".", "_" and "-"',
    )
  }
  if (lagMsMax !== undefined) assertInteger(lagMsMax, 'lagMsMax', 0, Number.MAX_SAFE_INTEGER)
  return { name, backend, lagMsMax }
}
