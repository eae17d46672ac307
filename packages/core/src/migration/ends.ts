/** The two ends of a migration: backends, or managers, whose backend with its layers is taken. */
import { type Health, isBackend, type StorageBackend } from '../backend.ts'
import { StorageError } from '../errors.ts'
import { prefixOf } from '../layers/prefix.ts'
import { quoteKey } from '../keys.ts'
import { stackOf } from '../layers/stack.ts'
import { describe } from '../options.ts'

/** A store that objects are taken from or brought to. A `StorageManager` is one. */
export type MigrationEnd = StorageBackend | { readonly backend: StorageBackend }

/** @throws TypeError for something that is neither. */
export function backendOf(end: unknown, name: string): StorageBackend {
  if (isBackend(end)) return end
  const inner = (end as { backend?: unknown } | undefined | null)?.backend
  if (isBackend(inner)) return inner
  throw new TypeError(`${name} is a StorageManager or a backend, not ${describe(end)}`)
}

/** @throws StorageError `INVALID_ARGUMENT` when both are one: it would meet its own copies. */
export function assertTwoStores(source: StorageBackend, destination: StorageBackend): void {
  if (source !== destination) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    'Source and destination are the same store; use move() or copy(), or give two views that do ' +
      'not overlap: store.within("a"), store.within("b")',
  )
}

/**
 * Where the copies lie among the keys of the source, when both ends are views of one store and
 * the copies come to lie within what is migrated: `undefined` when they do not. That two backends
 * are of one store is known by what they say of themselves.
 */
export async function ownCopies(
  source: StorageBackend,
  destination: StorageBackend,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const [left, right] = [source, destination].map((end) => stackOf(end).at(-1)?.backend.name)
  // Of different kinds: nothing is asked.
  if (left !== right) return undefined
  const [own, other] = [await placeOf(source, signal), await placeOf(destination, signal)]
  if (own.backend !== other.backend && !isOneStore(own, other)) return undefined
  const [folder, copies] = [own.folder, other.folder + to]
  const isWithin = copies.startsWith(folder + from) && copies !== folder + from
  return isWithin ? copies.slice(folder.length) : undefined
}

/** Of which store of its kind a backend is, and where in it. */
interface Place {
  readonly backend: StorageBackend
  /** What it says of the store, in words; none where it cannot. */
  readonly words: readonly string[]
  /** What stands before each key there. */
  readonly folder: string
}

async function placeOf(outer: StorageBackend, signal: AbortSignal): Promise<Place> {
  const stack = stackOf(outer)
  const { backend } = stack.at(-1)!
  const { details } = await backend.health({ signal })
  // A service's backend may be one of a part of a bucket: its own prefix is the outermost folder.
  const { prefix = '', ...rest } = details
  const views = stack.map((entry) => prefixOf(entry.backend) ?? '')
  const folder = views.reduceRight((all, each) => all + each, String(prefix))
  return { backend, words: wordsOf(rest), folder }
}

function isOneStore(a: Place, b: Place): boolean {
  return a.words.length > 0 && a.words.join(' ') === b.words.join(' ')
}

function wordsOf(details: Health['details']): string[] {
  const words = Object.entries(details).filter(([, value]) => typeof value === 'string')
  words.sort(([a], [b]) => (a < b ? -1 : 1))
  return words.map(([name, value]) => `${name}=${String(value)}`)
}

/** The error of a migration that came to its own copies, and would copy them for ever. */
export function ownCopyError(key: string, copies: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The object ${quoteKey(key)} lies where the copies go, for both ends are views of one store: ` +
      `its copies would be copied again, and those again; say exclude: ['${copies}**']`,
    { operation: 'migrate', key },
  )
}

const ofOneStore = new WeakSet<object>()

/** The error of two ends that show one object, where sources are to be deleted. */
export function sameStoreError(key: string | undefined): StorageError {
  const at = key === undefined ? '' : ` (look at ${quoteKey(key)})`
  const error = new StorageError(
    'INVALID_ARGUMENT',
    `Source and destination seem to be one store, opened twice, or views that overlap${at}: ` +
      'nothing is deleted that may be its own copy. Migrate without deleteSource, or elsewhere',
    { operation: 'migrate' },
  )
  ofOneStore.add(error)
  return error
}

export function isOfOneStore(error: object): boolean {
  return ofOneStore.has(error)
}

/** Layers that change neither keys nor what is stored: one more or less is the same store. */
const transparentLayers: ReadonlySet<string> = new Set([
  ...['audit', 'log', 'metrics', 'validate', 'quota', 'deadline', 'retry', 'circuitBreaker'],
  ...['rateLimit', 'concurrency', 'timeout'],
])

/**
 * Names a store for a journal: layers that change what is stored, its prefixes, and what the
 * backend at the end says of itself in words, such as a path or a bucket. No secrets: health tells
 * none.
 */
export async function identityOf(backend: StorageBackend, signal?: AbortSignal): Promise<string> {
  const stack = stackOf(backend)
  const named = stack.filter(({ name, kind }) => kind === 'backend' || !transparentLayers.has(name))
  const names = named.map((entry) => {
    const folder = prefixOf(entry.backend)
    return folder === undefined ? entry.name : `${entry.name}(${JSON.stringify(folder)})`
  })
  const { details } = await stack.at(-1)!.backend.health(signal === undefined ? {} : { signal })
  return [...names, ...wordsOf(details)].join(' ')
}

/** @throws StorageError of {@link sameStoreError} where both say the same path, bucket or URL. */
export async function assertNotOneStore(
  source: StorageBackend,
  destination: StorageBackend,
  signal: AbortSignal,
): Promise<void> {
  const identity = await identityOf(source, signal)
  const isTelling = identity.includes('=')
  if (isTelling && identity === (await identityOf(destination, signal))) {
    throw sameStoreError(undefined)
  }
}
