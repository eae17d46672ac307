/**
 * Queues in a database beside the objects: `.aos/queues.db` of the base folder.
 *
 * The twin of Azure's queues for a laptop or a single host: all processes of the host may share
 * them. Calls of one turn of the event loop share a transaction, and so one sync of the disk.
 */
import {
  type Clock,
  type Health,
  type OperationOptions,
  type Random,
  StorageError,
  systemClock,
  systemRandom,
} from '@aos-storage/core'
import {
  decodeCursor,
  encodeCursor,
  foreverMs,
  listPageMax,
  type ListQueuesOptions,
  type PeekedMessage,
  type PeekOptions,
  type QueueBackend,
  type QueueCapabilities,
  type QueuePage,
  QueueTime,
  type ReceivedMessage,
  type ReceiveOptions,
  type SendOptions,
  type SentMessage,
  timeToLiveForever,
  timeToLiveSecondsDefault,
  type UpdatedMessage,
  type UpdateMessageOptions,
  visibilitySecondsDefault,
} from '@aos-storage/core/backend'
import { openBasePath } from '../base-path.ts'
import type { Connection } from '../sqlite/connection.ts'
import { type ChangeOptions, StoreDatabase } from '../sqlite/database.ts'
import { toPlacedError } from '../sqlite/errors.ts'
import { databaseHealth } from '../sqlite/health.ts'
import { queuesFormat } from './format.ts'
import {
  countMessages,
  deleteMessage,
  insertMessage,
  type MessageRow,
  peekMessages,
  takeMessages,
  updateMessage,
} from './message-table.ts'
import { assertQueueOptions, type SqliteQueueOptions } from './options.ts'
import { isDue, latestMs, storeLatestMs } from './queue-time.ts'
import { addQueue, dropQueue, purgeSome, queueNames, queueNumber } from './queue-table.ts'

/** As on Azure, where 64 KiB of base64 hold it: what fits here fits there. */
const messageBytesMax = 48 * 1024
/** Rows that a peek reads at a time. */
const peekRows = 32
/**
 * Of a hold: after a power cut nobody of this host is alive who has it, and the message may be
 * received again. So a receive waits for no sync, as a send and a delete do.
 */
const forgettable: ChangeOptions = { isForgettable: true }

/** Messages in SQLite, in `.aos/queues.db` of the base folder. */
export class SqliteQueueBackend implements QueueBackend {
  readonly name: string = 'sqlite'
  readonly capabilities: QueueCapabilities
  /** The base folder, absolute and free of links. */
  readonly basePath: string
  readonly #database: StoreDatabase
  readonly #clock: Clock
  readonly #random: Random
  readonly #time: QueueTime
  #purging: Promise<void> | undefined
  /** This process looked for what others left. */
  #hasPurged = false
  #closing: Promise<void> | undefined

  /**
   * Opens queues in a folder that may hold objects and tables as well. The database is made by the
   * first call.
   *
   * @throws StorageError `INVALID_ARGUMENT` when the base path is no folder, `PERMISSION_DENIED`
   * when it cannot be read or made, `UNSUPPORTED` for a store of a newer format.
   */
  constructor(options: SqliteQueueOptions) {
    assertQueueOptions(options)
    const { durability = 'fsync', folderMode = 0o700, fileMode = 0o600 } = options
    const isDurable = durability === 'fsync'
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#time = new QueueTime(this.#clock)
    this.basePath = openBasePath(options.basePath, folderMode, isDurable)
    this.capabilities = Object.freeze({
      durability: isDurable ? 'host' : 'process',
      messageBytesMax,
      recreatesAtOnce: true,
    })
    this.#database = new StoreDatabase({
      basePath: this.basePath,
      format: queuesFormat,
      isDurable,
      fileMode,
      folderMode,
      lockWaitMsMax: options.lockWaitMsMax ?? 30_000,
      clock: this.#clock,
      random: this.#random,
    })
  }

  createQueue(queue: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return this.#change('createQueue', queue, signal, (connection) => addQueue(connection, queue))
  }

  async deleteQueue(queue: string, { signal }: OperationOptions = {}): Promise<boolean> {
    const isDeleted = await this.#change('deleteQueue', queue, signal, (connection) =>
      dropQueue(connection, queue),
    )
    if (isDeleted) this.#purge()
    return isDeleted
  }

  listQueues(options: ListQueuesOptions = {}): Promise<QueuePage> {
    const { prefix = '', limit = listPageMax, cursor, signal } = options
    return this.#read('listQueues', undefined, signal, (connection) => {
      const after = cursor === undefined ? '' : decodeCursor(cursor, { prefix }).after
      const names = queueNames(connection, { prefix, after, limit: limit + 1 })
      const queues = names.slice(0, limit)
      const last = names.length > limit ? queues.at(-1) : undefined
      const next =
        last === undefined ? undefined : encodeCursor({ after: last, kind: 'object' }, { prefix })
      return { queues, cursor: next }
    })
  }

  send(queue: string, body: Uint8Array, options: SendOptions = {}): Promise<SentMessage> {
    const { delaySeconds = 0, timeToLiveSeconds = timeToLiveSecondsDefault, signal } = options
    const receipt = this.#random.id()
    // The caller may go on and change it.
    const own = new Uint8Array(body)
    return this.#change('send', queue, signal, (connection) => {
      assertFits(own)
      const number = queueNumber(connection, queue)
      const nowMs = this.#changeTime(connection)
      const visibleMs = nowMs + delaySeconds * 1000
      const expiresMs =
        timeToLiveSeconds === timeToLiveForever ? foreverMs : nowMs + timeToLiveSeconds * 1000
      const id = insertMessage(connection, number, {
        visible_ms: visibleMs,
        expires_ms: Math.min(expiresMs, foreverMs),
        inserted_ms: nowMs,
        receipt,
        body: own,
      })
      return {
        id: String(id),
        receipt,
        insertedAt: this.#time.toDate(nowMs, nowMs),
        expiresAt: this.#time.toDate(expiresMs, nowMs),
        visibleAt: this.#time.toDate(visibleMs, nowMs),
      }
    })
  }

  async receive(queue: string, options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    const { max = 1, visibilitySeconds = visibilitySecondsDefault, signal } = options
    const receipt = this.#random.id()
    const take = (connection: Connection): { messages: ReceivedMessage[]; isEnd: boolean } => {
      const number = queueNumber(connection, queue)
      const nowMs = this.#now(connection)
      const visibleMs = nowMs + visibilitySeconds * 1000
      const { rows, isEnd } = takeMessages(connection, number, { nowMs, visibleMs, receipt, max })
      // Who looks at an empty queue again and again writes nothing.
      if (rows.length > 0) this.#changeTime(connection)
      const visibleAt = this.#time.toDate(visibleMs, nowMs)
      const messages = rows.map((row) => ({ ...this.#told(row, nowMs), receipt, visibleAt }))
      return { messages, isEnd }
    }
    for (;;) {
      const { messages, isEnd } = await this.#change('receive', queue, signal, take, forgettable)
      if (isEnd) return messages
    }
  }

  async peek(queue: string, { max = 1, signal }: PeekOptions = {}): Promise<PeekedMessage[]> {
    const messages: PeekedMessage[] = []
    let after = { visible_ms: -1, id: 0 }
    for (;;) {
      const found = await this.#read('peek', queue, signal, (connection) => {
        const number = queueNumber(connection, queue)
        const nowMs = this.#now(connection)
        const page = peekMessages(connection, number, { nowMs, max: peekRows, after })
        return { ...page, told: page.rows.map((row) => this.#told(row, nowMs)) }
      })
      messages.push(...found.told)
      if (messages.length >= max || found.isEnd) return messages.slice(0, max)
      after = found.last!
    }
  }

  update(
    queue: string,
    id: string,
    receipt: string,
    { visibilitySeconds, body, signal }: UpdateMessageOptions,
  ): Promise<UpdatedMessage> {
    const next = this.#random.id()
    const own = body && new Uint8Array(body)
    const renew = (connection: Connection): UpdatedMessage => {
      if (own !== undefined) assertFits(own)
      const number = queueNumber(connection, queue)
      const nowMs = this.#changeTime(connection)
      const visibleMs = nowMs + visibilitySeconds * 1000
      const change = { nowMs, visibleMs, receipt: next, body: own }
      updateMessage(connection, number, { id, receipt }, change)
      return { receipt: next, visibleAt: this.#time.toDate(visibleMs, nowMs) }
    }
    return this.#change('update', queue, signal, renew, own === undefined ? forgettable : {})
  }

  delete(
    queue: string,
    id: string,
    receipt: string,
    { signal }: OperationOptions = {},
  ): Promise<void> {
    return this.#change('delete', queue, signal, (connection) => {
      const number = queueNumber(connection, queue)
      deleteMessage(connection, number, { id, receipt }, this.#now(connection))
    })
  }

  length(queue: string, { signal }: OperationOptions = {}): Promise<number> {
    return this.#read('length', queue, signal, (connection) =>
      countMessages(connection, queueNumber(connection, queue)),
    )
  }

  async clear(queue: string, { signal }: OperationOptions = {}): Promise<void> {
    await this.#change('clear', queue, signal, (connection) => {
      queueNumber(connection, queue)
      dropQueue(connection, queue)
      addQueue(connection, queue)
    })
    this.#purge()
  }

  health({ signal }: OperationOptions = {}): Promise<Health> {
    return databaseHealth(this.#database, this.#clock, signal)
  }

  /** Lets the transaction that runs end. All calls wait for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#database.close()
    await this.#purging
  }

  /** The time of the queues. @param connection Inside a section. */
  #now(connection: Connection): number {
    return this.#time.now(latestMs(connection))
  }

  /** The time of a change, which no later one in any process goes behind. */
  #changeTime(connection: Connection): number {
    const storedMs = latestMs(connection)
    const nowMs = this.#time.now(storedMs)
    if (isDue(nowMs, storedMs)) storeLatestMs(connection, nowMs)
    return nowMs
  }

  #told(row: MessageRow, nowMs: number): PeekedMessage {
    return {
      id: String(row.id),
      body: row.body,
      dequeueCount: row.dequeues,
      insertedAt: this.#time.toDate(row.inserted_ms, nowMs),
      expiresAt: this.#time.toDate(row.expires_ms, nowMs),
    }
  }

  /** Removes what deleted queues left, some at a time, beside other work. */
  #purge(): void {
    this.#hasPurged = true
    this.#purging ??= this.#purgeAll().finally(() => {
      this.#purging = undefined
    })
  }

  async #purgeAll(): Promise<void> {
    try {
      // Nobody sees these messages: what a power cut brings back is removed again.
      while (await this.#database.change(undefined, purgeSome, forgettable));
    } catch {
      // The next one that deletes or opens goes on.
    }
  }

  async #change<T>(
    operation: string,
    queue: string,
    signal: AbortSignal | undefined,
    section: (connection: Connection) => T,
    options?: ChangeOptions,
  ): Promise<T> {
    try {
      const result = await this.#database.change(signal, section, options)
      if (!this.#hasPurged) this.#purge()
      return result
    } catch (error) {
      throw toPlacedError(error, { backend: this.name, operation, key: queue })
    }
  }

  async #read<T>(
    operation: string,
    queue: string | undefined,
    signal: AbortSignal | undefined,
    section: (connection: Connection) => T,
  ): Promise<T> {
    try {
      return await this.#database.read(signal, section)
    } catch (error) {
      throw toPlacedError(error, { backend: this.name, operation, key: queue })
    }
  }
}

function assertFits(body: Uint8Array): void {
  if (body.byteLength <= messageBytesMax) return
  throw new StorageError(
    'QUOTA_EXCEEDED',
    `The message has ${body.byteLength} bytes; at most ${messageBytesMax} fit, put more into ` +
      'object storage and send its key',
  )
}
