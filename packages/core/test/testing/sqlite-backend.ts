/**
 * A small backend that outlives its process and is shared between processes: what the kit's
 * persistence, race and crash cases are tried on here, where no real backend may be imported.
 *
 * Faults can be switched on, to prove that those cases catch them.
 */
import { randomUUID } from 'node:crypto'
import { openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type {
  BodyStream,
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListOptions,
  ListPage,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../../src/backend.ts'
import { collect } from '../../src/body.ts'
import type { Capabilities } from '../../src/capabilities.ts'
import {
  checkMatch,
  checkReadConditions,
  checkWriteConditions,
  notFound,
} from '../../src/conditions.ts'
import { StorageError } from '../../src/errors.ts'
import { decodeCursor, isPassed, PageBuilder } from '../../src/listing.ts'
import { throwIfAborted } from '../../src/options.ts'
import { resolveRange } from '../../src/range.ts'
import { discardSource, guardSource } from '../../src/source.ts'

/** What can be wrong with it on purpose. */
export type SqliteFault =
  | 'checks-before-change'
  | 'writes-in-two-steps'
  | 'acknowledges-early'
  | 'counts-etags-per-process'
  | 'reads-late'
  | 'leaves-scratch-objects'
  | 'leaks-files'

export interface SqliteArgs {
  readonly path: string
  readonly fault?: SqliteFault | undefined
}

interface Row {
  readonly key: Uint8Array
  readonly etag: string
  readonly contentType: string
  readonly metadata: string
  readonly modifiedMs: number
  readonly body: Uint8Array
}

export class SqliteStorageBackend implements StorageBackend {
  readonly name: string = 'sqlite'
  readonly capabilities: Capabilities = Object.freeze({
    conditionalWrite: 'host',
    conditionalDelete: 'host',
    conditionalCopy: 'host',
    conditionalRead: true,
    rangeRead: true,
    userMetadata: true,
    durability: 'process',
    keyBytesMax: 1024,
    objectBytesMax: 16 * 1024 ** 2,
    metadataBytesMax: 2000,
    listPageMax: 1000,
    deleteManyMax: 1000,
    modifiedAtResolutionMs: 1,
    etagIdentity: 'version',
    listedSize: 'body',
    extras: [],
  })
  readonly #database: DatabaseSync
  readonly #fault: SqliteFault | undefined
  /** Fires at close, for sources that are silent. */
  readonly #closing = new AbortController()
  #isClosed = false
  #versions = 0

  constructor({ path, fault }: SqliteArgs) {
    this.#fault = fault
    if (fault === 'leaks-files') openSync('/dev/null', 'r')
    this.#database = new DatabaseSync(path, { timeout: 20_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS objects (key BLOB PRIMARY KEY, etag TEXT, contentType TEXT,
        metadata TEXT, modifiedMs INTEGER, body BLOB) WITHOUT ROWID`)
  }

  async read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    const row = this.#get(key, options)
    const { start, end } = resolveRange(options.range, row.body.byteLength)
    const info = infoOf(row)
    if (end - start < 100_000) return { info, start, end, body: row.body.slice(start, end) }
    return { info, start, end, body: this.#stream(key, row.body.subarray(start, end), start) }
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    try {
      this.#assertUsable(options)
    } catch (error) {
      discardSource(body)
      throw error
    }
    const isBytes = body instanceof Uint8Array
    const source = isBytes ? body : guardSource(body, options.signal, this.#closing.signal)
    const bytes = await collect(source, this.capabilities.objectBytesMax)
    this.#assertUsable(options)
    const put = (): ObjectInfo => this.#put(key, bytes, options.contentType, options.metadata ?? {})
    if (this.#fault === 'checks-before-change') {
      checkWriteConditions(key, this.#find(key)?.etag, options)
      // Long enough for processes that do not begin at the same moment to meet.
      await new Promise((resolve) => setTimeout(resolve, 10))
      return put()
    }
    if (this.#fault === 'acknowledges-early') {
      setTimeout(() => void (this.#isClosed || put()), 5)
      return { ...infoOf(this.#find(key) ?? emptyRow), key, size: bytes.byteLength }
    }
    if (this.#fault === 'writes-in-two-steps') {
      this.#put(key, bytes.subarray(0, bytes.byteLength >> 1), options.contentType, {})
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    if (this.#fault === 'leaves-scratch-objects') this.#put(`${key}.tmp`, bytes, 'a/b', {})
    const info = this.#transaction(() => {
      checkWriteConditions(key, this.#find(key)?.etag, options)
      return put()
    })
    if (this.#fault === 'leaves-scratch-objects')
      await new Promise((resolve) => setTimeout(resolve, 2))
    if (this.#fault === 'leaves-scratch-objects') this.#remove(`${key}.tmp`)
    return info
  }

  async stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return infoOf(this.#get(key, options))
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    this.#assertUsable(options)
    return this.#transaction(() => {
      checkMatch(key, this.#find(key)?.etag, options.ifMatch)
      return this.#remove(key)
    })
  }

  async list(options: ListOptions = {}): Promise<ListPage> {
    this.#assertUsable(options)
    const { prefix = '', startAfter = '', cursor, limit = this.capabilities.listPageMax } = options
    const position = cursor === undefined ? undefined : decodeCursor(cursor, options)
    const page = new PageBuilder(options, limit)
    const query = 'SELECT * FROM objects WHERE key >= ? AND key > ? AND key >= ? ORDER BY key'
    const from = [prefix, startAfter, position?.after ?? ''].map((text) => Buffer.from(text))
    for (const found of this.#database.prepare(query).iterate(...from)) {
      const row = rowOf(found)
      const key = keyOf(row)
      if (!key.startsWith(prefix)) break
      if (isPassed(key, position)) continue
      if (!page.add(key, () => infoOf(row))) break
    }
    return page.page()
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    this.#assertUsable(options)
    return this.#transaction(() => {
      const source = this.#get(from, { ifMatch: options.sourceIfMatch })
      checkWriteConditions(to, this.#find(to)?.etag, options)
      return this.#put(to, source.body, source.contentType, infoOf(source).metadata)
    })
  }

  async deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    this.#assertUsable(options ?? {})
    return keys.map((key) => ({ key, deleted: this.#remove(key) }))
  }

  async health(options: OperationOptions = {}): Promise<Health> {
    throwIfAborted(options.signal)
    return { ok: !this.#isClosed, latencyMs: 0, message: '', details: {} }
  }

  async close(): Promise<void> {
    if (!this.#isClosed) this.#database.close()
    this.#isClosed = true
    this.#closing.abort(new StorageError('CLOSED', 'This backend was closed'))
  }

  #stream(key: string, bytes: Uint8Array, start: number): BodyStream {
    let isCancelled = false
    const late = (): Uint8Array | undefined => this.#find(key)?.body.subarray(start)
    const isLate = this.#fault === 'reads-late'
    return {
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < bytes.byteLength && !isCancelled; at += 65_536) {
          const source = isLate ? (late() ?? new Uint8Array(bytes.byteLength)) : bytes
          yield source.slice(at, Math.min(bytes.byteLength, at + 65_536))
        }
      },
      cancel: async () => {
        isCancelled = true
      },
    }
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #find(key: string): Row | undefined {
    const query = this.#database.prepare('SELECT * FROM objects WHERE key = ?')
    const found = query.get(Buffer.from(key))
    return found === undefined ? undefined : rowOf(found)
  }

  #get(key: string, options: StatOptions): Row {
    this.#assertUsable(options)
    const row = this.#find(key)
    if (row === undefined) throw notFound(key)
    checkReadConditions(key, row.etag, options)
    return row
  }

  #put(key: string, body: Uint8Array, contentType: string, metadata: object): ObjectInfo {
    const isCounted = this.#fault === 'counts-etags-per-process'
    const etag = isCounted ? `v${++this.#versions}` : randomUUID()
    const modifiedMs = Date.now()
    const row = [Buffer.from(key), etag, contentType, JSON.stringify(metadata), modifiedMs, body]
    this.#database
      .prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)')
      .run(...(row as string[]))
    return infoOf(this.#find(key)!)
  }

  #remove(key: string): boolean {
    const query = this.#database.prepare('DELETE FROM objects WHERE key = ?')
    return query.run(Buffer.from(key)).changes > 0
  }

  #assertUsable({ signal }: OperationOptions): void {
    if (this.#isClosed) throw new StorageError('CLOSED', 'This backend was closed')
    throwIfAborted(signal)
  }
}

const emptyRow: Row = {
  key: new Uint8Array(),
  etag: 'none',
  contentType: '',
  metadata: '{}',
  modifiedMs: 0,
  body: new Uint8Array(),
}

/** Node 22 tells an empty blob as null. */
function rowOf(found: object): Row {
  const row = found as Row & { readonly body: Uint8Array | null }
  return row.body === null ? { ...row, body: new Uint8Array() } : row
}

const keyOf = (row: Row): string => Buffer.from(row.key).toString()

function infoOf(row: Row): ObjectInfo {
  return {
    key: keyOf(row),
    size: row.body.byteLength,
    etag: row.etag,
    modifiedAt: new Date(row.modifiedMs),
    contentType: row.contentType,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
  }
}
