/**
 * Entries as objects under a prefix of a store.
 *
 * ```
 * audit/2026-11-26/20261126T214712123Z-4f1c...-000017.ndjson
 *       day        time of the append  writer  its how manieth
 * ```
 *
 * Invariant: an object is written once, whole, and never again, so that keys in order are appends
 * in order of time, and of one writer in order. What is in them is as in a file.
 */
import type { StorageBackend } from '../../backend.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { assertKey, quoteKey } from '../../keys.ts'
import { describe, ownOptions } from '../../options.ts'
import { isBackend } from '../../backend.ts'
import { type Random, systemRandom } from '../../random.ts'
import { writeOnce } from '../../write-once.ts'
import { type AuditEntry, encodeAuditEntries } from './entry.ts'
import type { AuditSink } from './sink.ts'

/** The content type of audit objects. */
const auditContentType = 'application/x-ndjson'

/** What {@link keyPrefixSink} takes. */
export interface KeyPrefixSinkOptions {
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const optionNames: ReadonlySet<string> = new Set(['clock', 'random'])

/**
 * A sink that writes each append as an object under `prefix`. Give the store itself, not the one
 * with the audit layer, which would record its own records. It stays open when the sink is closed.
 *
 * @param prefix Whole segments; a trailing `/` may be given or left out.
 * @throws StorageError `INVALID_KEY` when the prefix is no legal start of keys.
 */
export function keyPrefixSink(
  backend: StorageBackend,
  prefix: string,
  options: KeyPrefixSinkOptions = {},
): AuditSink {
  if (!isBackend(backend)) {
    throw new TypeError(`keyPrefixSink takes a storage backend, not ${describe(backend)}`)
  }
  const path = typeof prefix === 'string' && prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  assertKey(path)
  const own = ownOptions(options, optionNames, 'keyPrefixSink')
  const folder = `${path}/`
  const { clock = systemClock, random = systemRandom } = own
  const names = new ObjectNames(folder, clock, random)
  return {
    name: `keys ${quoteKey(folder)} of ${backend.name}`,
    place: { backend, prefix: folder },
    append: (entries) => appendObject(backend, names.next(), entries, { clock, random }),
  }
}

async function appendObject(
  backend: StorageBackend,
  key: string,
  entries: readonly AuditEntry[],
  tools: { readonly clock: Clock; readonly random: Random },
): Promise<void> {
  const { conditionalWrite, userMetadata } = backend.capabilities
  const body = encodeAuditEntries(entries)
  // The key is nobody else's; where the store can, it also sees to it.
  const create = conditionalWrite === 'none' ? {} : ({ ifNoneMatch: '*' } as const)
  const options = { contentType: auditContentType, ...create }
  if (userMetadata) await writeOnce(backend, key, body, options, tools)
  else await backend.write(key, body, options)
}

/** Keys in ascending order, also when the clock is set back. */
class ObjectNames {
  readonly #folder: string
  readonly #clock: Clock
  readonly #writer: string
  #lastMs = 0
  #count = 0

  constructor(folder: string, clock: Clock, random: Random) {
    this.#folder = folder
    this.#clock = clock
    this.#writer = random.id().replaceAll('-', '')
  }

  next(): string {
    this.#lastMs = Math.max(this.#lastMs, this.#clock.now())
    const time = new Date(this.#lastMs).toISOString()
    const count = String(this.#count++).padStart(6, '0')
    const stamp = time.replace(/[-:.]/g, '')
    return `${this.#folder}${time.slice(0, 10)}/${stamp}-${this.#writer}-${count}.ndjson`
  }
}
