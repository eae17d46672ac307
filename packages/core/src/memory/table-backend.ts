/**
 * Tables in this process's memory: the whole contract, for tests and small programs, and the
 * reference that other backends are compared with.
 *
 * Invariant: entities are copied in by the store and out by this. Nothing awaits between a check
 * and the change that it allows, so each change is one step for every caller.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Health, OperationOptions } from '../backend.ts'
import { type Clock, systemClock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { assertInteger, assertOptions, throwIfAborted } from '../options.ts'
import { type Random, systemRandom } from '../random.ts'
import type {
  ChangeOutcome,
  EntityPage,
  GetEntityOptions,
  ListTablesOptions,
  QueryPageOptions,
  StoredEntity,
  TableBackend,
  TableCapabilities,
  TableChange,
  TablePage,
} from '../tables/backend.ts'
import { decodeTableCursor, encodeTableCursor } from '../tables/cursor.ts'
import { atChange, entityNotFound, tableNotFound } from '../tables/table-errors.ts'
import { tableLimits } from '../tables/limits.ts'
import { matches } from '../tables/matches.ts'
import { copyEntity } from '../tables/merge.ts'
import { foldTableName } from '../tables/names.ts'
import { MemoryTable, type TableRow } from './table.ts'

/** Entities that one page looks at, so that a query never holds the process for long. */
const scanMax = 10_000

/** What {@link MemoryTableBackend} takes. */
export interface MemoryTableBackendOptions {
  /** All entities together, as the service counts bytes. Default 1 GiB; else `QUOTA_EXCEEDED`. */
  readonly totalBytesMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const optionNames: ReadonlySet<string> = new Set(['totalBytesMax', 'clock', 'random'])

/** The contract in memory. Nothing survives the process. */
export class MemoryTableBackend implements TableBackend {
  readonly name: string = 'memory'
  readonly capabilities: TableCapabilities = Object.freeze({
    durability: 'none',
    queryPageMax: tableLimits.queryPageMax,
    recreatesAtOnce: true,
  })
  readonly #tables = new Map<string, MemoryTable>()
  readonly #clock: Clock
  readonly #totalBytesMax: number
  /** Tells this store's etags from those of another one for the same keys. */
  readonly #storeId: string
  #totalBytes = 0
  #version = 0
  #isClosed = false

  /** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
  constructor(options: MemoryTableBackendOptions = {}) {
    assertOptions(options, optionNames, 'MemoryTableBackend')
    const { totalBytesMax = 1024 ** 3, clock = systemClock, random = systemRandom } = options
    assertInteger(totalBytesMax, 'totalBytesMax', 1, Number.MAX_SAFE_INTEGER)
    this.#clock = clock
    this.#totalBytesMax = totalBytesMax
    this.#storeId = random.id().slice(0, 8)
  }

  async createTable(table: string, options: OperationOptions = {}): Promise<boolean> {
    this.#assertUsable(options.signal)
    const folded = foldTableName(table)
    if (this.#tables.has(folded)) return false
    this.#tables.set(folded, new MemoryTable(table))
    return true
  }

  async deleteTable(table: string, options: OperationOptions = {}): Promise<boolean> {
    this.#assertUsable(options.signal)
    const folded = foldTableName(table)
    this.#totalBytes -= this.#tables.get(folded)?.bytes ?? 0
    return this.#tables.delete(folded)
  }

  async listTables(options: ListTablesOptions = {}): Promise<TablePage> {
    this.#assertUsable(options.signal)
    const { prefix = '', limit = tableLimits.queryPageMax, cursor } = options
    const folded = foldTableName(prefix)
    const scope = { prefix: folded }
    const [after = ''] = cursor === undefined ? [] : decodeTableCursor(cursor, scope, 1)
    const names = [...this.#tables.keys()]
      .filter((name) => name > after && name.startsWith(folded))
      .sort()
    const page = names.slice(0, limit)
    return {
      tables: page.map((name) => this.#tables.get(name)!.name),
      cursor: names.length > limit ? encodeTableCursor([page.at(-1)!], scope) : undefined,
    }
  }

  async get(
    table: string,
    partitionKey: string,
    rowKey: string,
    options: GetEntityOptions = {},
  ): Promise<StoredEntity> {
    this.#assertUsable(options.signal)
    const row = this.#table(table).get(partitionKey, rowKey)
    if (row === undefined) throw entityNotFound(table, partitionKey, rowKey)
    return storedOf(row, options.select)
  }

  async query(table: string, options: QueryPageOptions = {}): Promise<EntityPage> {
    this.#assertUsable(options.signal)
    const { page, scanned } = this.#scan(table, options)
    if (scanned < scanMax) return page
    // Timers, and the signal, get their turn even when every page is empty.
    await nextTurn()
    this.#assertUsable(options.signal)
    return page
  }

  #scan(table: string, options: QueryPageOptions): { page: EntityPage; scanned: number } {
    const { filter, select, limit = this.capabilities.queryPageMax, cursor } = options
    const scope = { table, filter, select }
    const after = cursor === undefined ? undefined : decodeTableCursor(cursor, scope, 2)
    const entities: StoredEntity[] = []
    let scanned = 0
    let last: TableRow | undefined
    for (const row of this.#table(table).rows(filter, after)) {
      // Only now: a page that ends with the table has no cursor.
      if (entities.length >= limit || scanned >= scanMax) {
        const { partitionKey, rowKey } = last!.entity
        const end = encodeTableCursor([partitionKey, rowKey], scope)
        return { page: { entities, cursor: end }, scanned }
      }
      scanned++
      last = row
      if (filter === undefined || matches(row.entity, new Date(row.modifiedAtMs), filter)) {
        entities.push(storedOf(row, select))
      }
    }
    return { page: { entities, cursor: undefined }, scanned }
  }

  async change(
    table: string,
    change: TableChange,
    options: OperationOptions = {},
  ): Promise<ChangeOutcome> {
    this.#assertUsable(options.signal)
    return this.#apply(this.#table(table), table, [change], (error) => error)[0]!
  }

  async transact(
    table: string,
    changes: readonly TableChange[],
    options: OperationOptions = {},
  ): Promise<ChangeOutcome[]> {
    this.#assertUsable(options.signal)
    return this.#apply(this.#table(table), table, changes, (error, at) =>
      atChange(error, at, changes.length),
    )
  }

  async health(options: OperationOptions = {}): Promise<Health> {
    throwIfAborted(options.signal)
    const details = { tables: this.#tables.size, bytes: this.#totalBytes }
    return this.#isClosed
      ? { ok: false, latencyMs: 0, message: 'closed', details }
      : { ok: true, latencyMs: 0, message: 'in memory; nothing survives this process', details }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#tables.clear()
    this.#totalBytes = 0
  }

  /** All or none: what each change leaves is found out first, and put in place at the end. */
  #apply(
    target: MemoryTable,
    table: string,
    changes: readonly TableChange[],
    told: (error: StorageError, at: number) => StorageError,
  ): ChangeOutcome[] {
    const modifiedAtMs = this.#clock.now()
    const steps = changes.map((change, at) => {
      try {
        return target.stepOf(table, change)
      } catch (error) {
        throw isStorageError(error) ? told(error, at) : error
      }
    })
    const bytes = steps.reduce((sum, step) => sum + step.bytes, 0)
    this.#assertRoom(bytes)
    this.#totalBytes += bytes
    return steps.map((step) => {
      const etag = step.entity === undefined ? undefined : `${this.#storeId}-${++this.#version}`
      target.put(step, etag === undefined ? undefined : { etag, modifiedAtMs })
      return { etag }
    })
  }

  #assertRoom(bytes: number): void {
    if (bytes <= 0 || this.#totalBytes + bytes <= this.#totalBytesMax) return
    throw new StorageError(
      'QUOTA_EXCEEDED',
      `The memory tables are full (${this.#totalBytesMax} bytes); delete entities or raise ` +
        'totalBytesMax',
    )
  }

  #table(table: string): MemoryTable {
    const found = this.#tables.get(foldTableName(table))
    if (found === undefined) throw tableNotFound(table)
    return found
  }

  #assertUsable(signal: AbortSignal | undefined): void {
    if (this.#isClosed) {
      throw new StorageError('CLOSED', 'This memory backend was closed; open a new one')
    }
    throwIfAborted(signal)
  }
}

function storedOf(row: TableRow, select: readonly string[] | undefined): StoredEntity {
  const { entity, etag, modifiedAtMs } = row
  return { entity: copyEntity(entity, select), etag, modifiedAt: new Date(modifiedAtMs) }
}
