/**
 * A small queue in SQLite, and ways to break it: what the kit's cases over processes are tried on.
 * The one for users is in `@aos-storage/backend-file`.
 */
import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { StorageError } from '../../../src/errors.ts'
import type {
  Health,
  OperationOptions,
  PeekedMessage,
  QueueBackend,
  QueueCapabilities,
  QueuePage,
  ReceivedMessage,
  ReceiveOptions,
  SendOptions,
  SentMessage,
  UpdatedMessage,
  UpdateMessageOptions,
} from '../../../src/index.ts'

/** How it is broken. */
export type SqliteQueueFault =
  | 'receives-in-two-steps'
  | 'acknowledges-early'
  | 'holds-in-its-process'
  | 'holds-for-ever'
  | 'deletes-as-it-receives'
  | 'closes-all'

export interface SqliteQueueArgs {
  readonly path: string
  readonly fault?: SqliteQueueFault | undefined
}

interface Row {
  readonly id: string
  readonly body: Uint8Array
  readonly receipt: string
  readonly count: number
  readonly inserted: number
  readonly expires: number
  readonly visible: number
}

const open = new Set<SqliteQueue>()

/** At least once, over processes. */
export class SqliteQueue implements QueueBackend {
  readonly name = 'sqlite'
  readonly capabilities: QueueCapabilities = {
    durability: 'process',
    messageBytesMax: 49_152,
    recreatesAtOnce: true,
  }
  readonly #database: DatabaseSync
  readonly #fault: SqliteQueueFault | undefined
  /** What was sent and is not yet written. */
  readonly #late: (() => void)[] = []
  readonly #held = new Map<string, number>()
  #isClosed = false

  constructor({ path, fault }: SqliteQueueArgs) {
    this.#fault = fault
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(
      'PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY);' +
        'CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, queue TEXT, body BLOB,' +
        'receipt TEXT, count INTEGER, inserted INTEGER, expires INTEGER, visible INTEGER)',
    )
    open.add(this)
  }

  async createQueue(queue: string): Promise<boolean> {
    return this.#run('INSERT OR IGNORE INTO queues VALUES (?)', queue) > 0
  }

  async deleteQueue(queue: string): Promise<boolean> {
    this.#run('DELETE FROM messages WHERE queue = ?', queue)
    return this.#run('DELETE FROM queues WHERE name = ?', queue) > 0
  }

  async listQueues({ prefix = '' }: { prefix?: string | undefined } = {}): Promise<QueuePage> {
    const rows = this.#all('SELECT name FROM queues ORDER BY name') as { name: string }[]
    const names = rows.map(({ name }) => name).filter((name) => name.startsWith(prefix))
    return { queues: names, cursor: undefined }
  }

  async send(queue: string, body: Uint8Array, options: SendOptions = {}): Promise<SentMessage> {
    this.#assertQueue(queue)
    const { delaySeconds = 0, timeToLiveSeconds = 604_800 } = options
    const now = Date.now()
    const life = timeToLiveSeconds === -1 ? 250_000_000_000 : timeToLiveSeconds
    const [id, receipt, visible] = [randomUUID(), randomUUID(), now + delaySeconds * 1000]
    const expires = now + life * 1000
    const own = new Uint8Array(body)
    const insert = (): void => {
      this.#run(
        'INSERT INTO messages VALUES (?, ?, ?, ?, 0, ?, ?, ?)',
        ...[id, queue, own, receipt, now, expires, visible],
      )
    }
    if (this.#fault === 'acknowledges-early') {
      this.#late.push(insert)
      if (this.#late.length >= 20) this.#writeLate()
    } else insert()
    const [insertedAt, expiresAt, visibleAt] = [now, expires, visible].map((ms) => new Date(ms))
    return { id, receipt, insertedAt: insertedAt!, expiresAt: expiresAt!, visibleAt: visibleAt! }
  }

  async receive(queue: string, options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    this.#assertQueue(queue)
    const { max = 1, visibilitySeconds = 30 } = options
    const isForever = this.#fault === 'holds-for-ever'
    const now = Date.now()
    const until = now + (isForever ? 604_800 : visibilitySeconds) * 1000
    if (this.#fault === 'holds-in-its-process') return this.#receiveHere(queue, max, until)
    if (this.#fault === 'receives-in-two-steps') return this.#receiveTwice(queue, max, until)
    const rows = this.#all(
      'UPDATE messages SET receipt = lower(hex(randomblob(16))), count = count + 1, visible = ? ' +
        'WHERE id IN (SELECT id FROM messages WHERE queue = ? AND visible <= ? LIMIT ?) ' +
        'RETURNING *',
      ...[until, queue, now, max],
    ) as unknown as Row[]
    if (this.#fault === 'deletes-as-it-receives') {
      for (const { id } of rows) this.#run('DELETE FROM messages WHERE id = ?', id)
    }
    return rows.map(received)
  }

  async peek(
    queue: string,
    { max = 1 }: { max?: number | undefined } = {},
  ): Promise<PeekedMessage[]> {
    this.#assertQueue(queue)
    return this.#visible(queue, max).map(received)
  }

  async update(
    queue: string,
    id: string,
    receipt: string,
    { visibilitySeconds }: UpdateMessageOptions,
  ): Promise<UpdatedMessage> {
    this.#assertHeld(queue, id, receipt)
    const [next, visible] = [randomUUID(), Date.now() + visibilitySeconds * 1000]
    this.#run('UPDATE messages SET receipt = ?, visible = ? WHERE id = ?', next, visible, id)
    return { receipt: next, visibleAt: new Date(visible) }
  }

  async delete(queue: string, id: string, receipt: string): Promise<void> {
    if (this.#fault === 'deletes-as-it-receives') return
    this.#assertHeld(queue, id, receipt)
    this.#run('DELETE FROM messages WHERE id = ?', id)
  }

  async length(queue: string): Promise<number> {
    this.#assertQueue(queue)
    return this.#all('SELECT id FROM messages WHERE queue = ?', queue).length
  }

  async clear(queue: string): Promise<void> {
    this.#run('DELETE FROM messages WHERE queue = ?', queue)
  }

  async health(_options?: OperationOptions): Promise<Health> {
    return { ok: !this.#isClosed, latencyMs: 0, message: 'sqlite', details: {} }
  }

  async close(): Promise<void> {
    const handles = this.#fault === 'closes-all' ? [...open] : [this]
    for (const handle of handles) handle.#end()
  }

  #end(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    open.delete(this)
    this.#database.close()
  }

  #visible(queue: string, max: number): Row[] {
    const sql = 'SELECT * FROM messages WHERE queue = ? AND visible <= ? LIMIT ?'
    return this.#all(sql, queue, Date.now(), max) as unknown as Row[]
  }

  async #receiveTwice(queue: string, max: number, until: number): Promise<ReceivedMessage[]> {
    const rows = this.#visible(queue, max)
    await new Promise((resolve) => setImmediate(resolve))
    for (const { id } of rows) {
      const sql = 'UPDATE messages SET visible = ?, count = count + 1 WHERE id = ?'
      this.#run(sql, until, id)
    }
    return rows.map(received)
  }

  /** Others see nothing of what is held here. */
  #receiveHere(queue: string, max: number, until: number): ReceivedMessage[] {
    const isFree = ({ id }: Row): boolean => (this.#held.get(id) ?? 0) <= Date.now()
    const rows = this.#visible(queue, 100_000).filter(isFree).slice(0, max)
    for (const { id } of rows) this.#held.set(id, until)
    return rows.map((row) => ({ ...received(row), dequeueCount: row.count + 1 }))
  }

  #assertQueue(queue: string): void {
    if (this.#isClosed) throw new StorageError('CLOSED', 'closed')
    if (this.#all('SELECT name FROM queues WHERE name = ?', queue).length > 0) return
    throw new StorageError('NOT_FOUND', 'no such queue', { key: queue })
  }

  #assertHeld(queue: string, id: string, receipt: string): void {
    this.#assertQueue(queue)
    const [row] = this.#all('SELECT * FROM messages WHERE id = ?', id) as unknown as Row[]
    if (row === undefined) throw new StorageError('NOT_FOUND', 'gone')
    if (row.receipt !== receipt) throw new StorageError('PRECONDITION_FAILED', 'void')
  }

  #writeLate(): void {
    for (const write of this.#late.splice(0)) write()
  }

  #run(sql: string, ...values: (string | number | Uint8Array)[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes)
  }

  #all(sql: string, ...values: (string | number)[]): unknown[] {
    return this.#database.prepare(sql).all(...values)
  }
}

function received(row: Row): ReceivedMessage {
  return {
    id: row.id,
    body: new Uint8Array(row.body),
    receipt: row.receipt,
    dequeueCount: row.count,
    insertedAt: new Date(row.inserted),
    expiresAt: new Date(row.expires),
    visibleAt: new Date(row.visible),
  }
}

/** As the kit's child processes open it. */
export const openChild = async (args: SqliteQueueArgs): Promise<SqliteQueue> =>
  new SqliteQueue(args)
