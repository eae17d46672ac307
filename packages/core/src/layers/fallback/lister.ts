/**
 * Listings over several stores: one store from its first page to its last, with what waits in the
 * journal laid over it.
 *
 * ```
 * page of the store   a   c d      f │ g …      entries up to where the page ends
 * waits               a'  -c    e    │   x      a overwritten, c deleted, e and x written
 * page that is given  a'    d   e  f │
 * ```
 *
 * Invariant: a cursor names the store that gave the page, and goes on there or not at all; and what
 * waits is laid over exactly the stretch that the page covers, as it was before the page was asked
 * for: what is reconciled meanwhile is in one of the two.
 */
import type {
  AnsweredBy,
  ListedObject,
  ListOptions,
  ListPage,
  OperationOptions,
} from '../../backend.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { compareKeys } from '../../keys.ts'
import {
  decodeCursor,
  encodeCursor,
  isPassed,
  type ListPosition,
  PageBuilder,
} from '../../listing.ts'
import { firstAfter } from '../../memory/sorted.ts'
import { isOutage } from './outages.ts'
import type { Snapshot } from './journal-index.ts'
import type { Parts } from './parts.ts'
import type { JournalRecord } from './records.ts'
import { isReserved, reservedPrefix } from './reserved.ts'
import { isFinal, unanswered } from './reader.ts'
import { outageToken, primaryToken, shown, storeToken } from './tokens.ts'

/** Behind every key that begins with a text, there is none with the text and this. */
const last = '\u{10ffff}'
/** A hint of the primary's own: no fallback can have this name. */
const ofPrimary = '='
const probeLimit = 100

/** A store whose pages are given. */
interface Source {
  readonly name: string
  readonly list: (options: ListOptions) => Promise<ListPage>
  readonly token: (etag: string) => string
  readonly answeredBy: AnsweredBy
}

/** Where a listing stands: at which store, and with which cursor of its own, if it has one. */
interface Place {
  readonly position: ListPosition | undefined
  readonly store: string | undefined
  readonly cursor: string | undefined
}

const noSnapshot: Snapshot = { keys: [], records: new Map() }

export class Lister {
  readonly #parts: Parts
  readonly #pageMax: number

  constructor(parts: Parts, pageMax: number) {
    this.#parts = parts
    this.#pageMax = pageMax
  }

  async list(options: ListOptions): Promise<ListPage> {
    const place = placeOf(options)
    if (place.store !== undefined && place.store !== ofPrimary) {
      return this.#ofNamedStore(place.store, options, place)
    }
    try {
      return await this.#page(this.#primarySource(), options, place)
    } catch (error) {
      if (!isOutage(error)) throw error
      if (place.store !== undefined) throw cannotGoOn(error)
      return this.#ofFallbacks(options, place, error)
    }
  }

  #primarySource(): Source {
    const { primary, answers } = this.#parts
    return {
      name: ofPrimary,
      list: (options) => primary.ask((backend) => backend.list(options)),
      token: primaryToken,
      answeredBy: answers.ofPrimary(),
    }
  }

  #storeSource(name: string): Source | undefined {
    const { settings, answers } = this.#parts
    const store = settings.stores.find((each) => each.name === name)
    return (
      store && {
        name,
        list: (options) => store.backend.list(options),
        token: (etag) => storeToken(name, etag),
        answeredBy: answers.ofStore(store, undefined, 'unknown'),
      }
    )
  }

  async #ofNamedStore(name: string, options: ListOptions, place: Place): Promise<ListPage> {
    const source = this.#storeSource(name)
    if (source !== undefined) return this.#page(source, options, place)
    throw new StorageError(
      'INVALID_ARGUMENT',
      `The list cursor is of the fallback "${name}", which is none here; start the listing again ` +
        'without a cursor',
    )
  }

  async #ofFallbacks(options: ListOptions, place: Place, outage: StorageError): Promise<ListPage> {
    const { settings, journal, answers } = this.#parts
    const failures: string[] = []
    // Other processes may have written since.
    await journal?.reload(options.signal).catch((error: unknown) => {
      if (!isOutage(error)) throw error
    })
    for (const store of settings.stores) {
      try {
        const page = await this.#page(this.#storeSource(store.name)!, options, place)
        answers.publish(store, 'list', outage.code)
        return page
      } catch (error) {
        if (!isStorageError(error) || isFinal(error)) throw error
        failures.push(`${store.name}: ${error.code}`)
      }
    }
    throw unanswered(outage, failures)
  }

  async #page(source: Source, options: ListOptions, place: Place): Promise<ListPage> {
    const snapshot = this.#parts.journal?.snapshot() ?? noSnapshot
    const limit = options.limit ?? this.#pageMax
    const raw = await source.list(innerOptions(options, place, limit))
    const overlay = new Overlay(snapshot, options, place.position)
    const objects = raw.objects.filter(({ key }) => overlay.shows(key))
    const prefixes: string[] = []
    for (const prefix of raw.prefixes) {
      if (isPassed(prefix, place.position)) continue
      const isLive =
        !overlay.isDoubtful(prefix) || (await hasLive(source, prefix, overlay, options))
      if (isLive) prefixes.push(prefix)
    }
    const end = raw.cursor === undefined ? undefined : (endOf(raw) ?? startOf(options, place))
    const page = overlay.laidOver({
      objects: objects.map((object) => shown(object, source.token(object.etag))),
      prefixes,
      end,
      limit,
    })
    const session = `${source.name}:`
    const full = page.page(session)
    const { answeredBy } = source
    if (full.cursor !== undefined || end === undefined) return { ...full, answeredBy }
    const position = { ...end, session: session + raw.cursor }
    return { ...full, cursor: encodeCursor(position, options), answeredBy }
  }
}

/** What waits, over one stretch of a listing. */
class Overlay {
  readonly #snapshot: Snapshot
  readonly #options: ListOptions
  readonly #position: ListPosition | undefined

  constructor(snapshot: Snapshot, options: ListOptions, position: ListPosition | undefined) {
    this.#snapshot = snapshot
    this.#options = options
    this.#position = position
  }

  /** True for an object of the store that is to be seen as it is. */
  shows(key: string): boolean {
    return !isReserved(key) && !this.#snapshot.records.has(key) && !isPassed(key, this.#position)
  }

  isDeleted(key: string): boolean {
    return this.#snapshot.records.get(key)?.kind === 'delete'
  }

  /** True for a prefix that may stand for hidden keys only. */
  isDoubtful(prefix: string): boolean {
    if (prefix.startsWith(reservedPrefix) || reservedPrefix.startsWith(prefix)) return true
    return this.#waiting(prefix, '').some((record) => record.kind === 'delete')
  }

  /** The entries of the store and those that wait, in order, up to `end` or `limit`. */
  laidOver(page: {
    readonly objects: readonly ListedObject[]
    readonly prefixes: readonly string[]
    readonly end: ListPosition | undefined
    readonly limit: number
  }): PageBuilder {
    const entries: (readonly [string, ListedObject | undefined])[] = [
      ...page.objects.map((object) => [object.key, object] as const),
      ...page.prefixes.map((prefix) => [prefix, undefined] as const),
    ]
    const { prefix = '', startAfter = '' } = this.#options
    for (const record of this.#waiting(prefix, startAfter)) {
      const isInside = page.end === undefined || isPassed(record.key, page.end)
      if (record.kind === 'delete' || !isInside || isPassed(record.key, this.#position)) continue
      entries.push([record.key, listed(record)])
    }
    entries.sort(([a], [b]) => compareKeys(a, b))
    const builder = new PageBuilder(this.#options, page.limit)
    for (const [key, object] of entries) if (!builder.add(key, () => object)) break
    return builder
  }

  #waiting(prefix: string, startAfter: string): JournalRecord[] {
    const { keys, records } = this.#snapshot
    const found: JournalRecord[] = []
    for (let at = firstAfter(keys, prefix, startAfter, ''); at < keys.length; at++) {
      const key = keys[at]!
      if (!key.startsWith(prefix)) break
      found.push(records.get(key)!)
    }
    return found
  }
}

/** True when a common prefix has a key of the store that is to be seen; those that wait add it. */
async function hasLive(
  source: Source,
  prefix: string,
  overlay: Overlay,
  { signal }: OperationOptions,
): Promise<boolean> {
  if (prefix.startsWith(reservedPrefix)) return false
  const scope = { prefix, fields: 'key', limit: probeLimit, signal } as const
  for (let startAfter: string | undefined = ''; startAfter !== undefined;) {
    const page = await source.list(startAfter === '' ? scope : { ...scope, startAfter })
    const isLive = ({ key }: ListedObject): boolean => !isReserved(key) && !overlay.isDeleted(key)
    if (page.objects.some(isLive)) return true
    startAfter = page.cursor === undefined ? undefined : nextStart(page)
  }
  return false
}

/** Jumps over all that is reserved. */
function nextStart({ objects }: ListPage): string | undefined {
  const key = objects.at(-1)?.key
  return key !== undefined && isReserved(key) ? reservedPrefix + last : key
}

function placeOf(options: ListOptions): Place {
  const { cursor } = options
  if (cursor === undefined) return { position: undefined, store: undefined, cursor: undefined }
  const position = decodeCursor(cursor, options)
  const session = position.session ?? ''
  const at = session.indexOf(':')
  const inner = session.slice(at + 1)
  return {
    position,
    store: at === -1 ? ofPrimary : session.slice(0, at),
    cursor: at === -1 || inner === '' ? undefined : inner,
  }
}

function innerOptions(options: ListOptions, place: Place, limit: number): ListOptions {
  const { cursor: _ours, startAfter = '', ...scope } = options
  if (place.cursor !== undefined) {
    return { ...scope, limit, ...(startAfter !== '' && { startAfter }), cursor: place.cursor }
  }
  const after = place.position === undefined ? '' : textAfter(place.position)
  const start = compareKeys(after, startAfter) > 0 ? after : startAfter
  return { ...scope, limit, ...(start !== '' && { startAfter: start }) }
}

function textAfter({ kind, after }: ListPosition): string {
  return kind === 'prefix' ? after + last : after
}

/** The last entry of a page, which it reaches up to. */
function endOf({ objects, prefixes }: ListPage): ListPosition | undefined {
  const key = objects.at(-1)?.key
  const prefix = prefixes.at(-1)
  if (prefix !== undefined && (key === undefined || compareKeys(prefix, key) > 0)) {
    return { after: prefix, kind: 'prefix' }
  }
  return key === undefined ? undefined : { after: key, kind: 'object' }
}

/** Where an empty page ends: where it began. */
function startOf(options: ListOptions, { position }: Place): ListPosition {
  return position ?? { after: options.startAfter ?? '', kind: 'object' }
}

function listed(record: JournalRecord): ListedObject {
  const { key, size, version, modifiedAtMs } = record
  return { key, size, etag: outageToken(version), modifiedAt: new Date(modifiedAtMs) }
}

function cannotGoOn(outage: StorageError): StorageError {
  return outage.with({
    message:
      `${outage.message}; a listing that began at the primary does not go on at a fallback: ` +
      'start it again without a cursor',
  })
}
