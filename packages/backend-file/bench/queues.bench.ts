/**
 * A message's whole life, sent, received and deleted, with 1 and with 32 under way: ours against
 * better-sqlite3 by hand, durable against durable (WAL, `synchronous = FULL`).
 *
 * By hand is what one writes in an afternoon: a table with an index and three prepared statements,
 * each committed by itself. It has no claims, no renewal, no answer to a clock that is set back,
 * and blocks its process while another one writes. Ours shares a sync among calls of one turn, and
 * syncs no receive that travels alone: a hold that a power cut takes back is nobody's any more. By
 * hand in batches is the same with 32 messages a transaction, which is as far as one gets when they
 * are there at once and wait for each other.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

import { defineSuite, type Rival, type Suite, versionOf } from '@aos-tooling/bench'
import { SqliteQueueBackend, SqliteQueueStore } from '@aos-storage/backend-file'
import Database from 'better-sqlite3'

const queue = 'work'
const value = { to: 'ceo', subject: 'report', text: 'x'.repeat(200) }
const visibilityMs = 30_000
const lifeMs = 7 * 86_400_000

/** The life of one message, or of so many at once. */
interface Lives {
  readonly size: number
  one(): unknown
  left(): Promise<number> | number
  close(): unknown
}

interface Kind {
  readonly name: string
  readonly version: string
  open(folder: string): Promise<Lives> | Lives
}

const store: Kind = {
  name: 'SqliteQueueStore',
  version: 'default',
  async open(folder) {
    const queues = new SqliteQueueStore({ basePath: folder })
    await queues.createQueue(queue)
    return {
      size: 1,
      async one() {
        await queues.sendMessage(queue, value)
        const message = await queues.receiveMessage(queue)
        const loaded = await message!.load<typeof value>()
        if (loaded.to !== value.to) throw new Error('another message')
        await queues.deleteMessage(queue, message!)
      },
      left: () => queues.length(queue),
      close: () => queues.close(),
    }
  },
}

const backend: Kind = {
  name: 'SqliteQueueBackend',
  version: 'default',
  async open(folder) {
    const queues = new SqliteQueueBackend({ basePath: folder })
    await queues.createQueue(queue)
    return {
      size: 1,
      async one() {
        await queues.send(queue, Buffer.from(JSON.stringify(value)))
        const [message] = await queues.receive(queue)
        const loaded = JSON.parse(Buffer.from(message!.body!).toString()) as typeof value
        if (loaded.to !== value.to) throw new Error('another message')
        await queues.delete(queue, message!.id, message!.receipt)
      },
      left: () => queues.length(queue),
      close: () => queues.close(),
    }
  },
}

interface Row {
  readonly id: number
  readonly receipt: string
  readonly body: Buffer
}

/** @param batch Messages of one transaction. */
function byHand(batch: number): Kind {
  return {
    name: batch === 1 ? 'better-sqlite3 by hand' : `better-sqlite3 by hand, ${batch} a transaction`,
    version: versionOf('better-sqlite3', import.meta.url),
    open(folder) {
      const database = new Database(join(folder, 'queues.db'))
      database.pragma('journal_mode = WAL')
      database.pragma('synchronous = FULL')
      database.exec(`
        CREATE TABLE messages (
          id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, visible INTEGER NOT NULL,
          expires INTEGER NOT NULL, inserted INTEGER NOT NULL, dequeues INTEGER NOT NULL DEFAULT 0,
          receipt TEXT, body BLOB NOT NULL
        );
        CREATE INDEX messages_by_visibility ON messages (queue, visible)`)
      const insert = database.prepare(
        'INSERT INTO messages (queue, visible, expires, inserted, body) VALUES (?, ?, ?, ?, ?)',
      )
      const take = database.prepare(`
        UPDATE messages SET visible = ?, receipt = ?, dequeues = dequeues + 1
        WHERE id IN (SELECT id FROM messages WHERE queue = ? AND visible <= ? AND expires > ?
                     ORDER BY visible, id LIMIT ?)
        RETURNING id, receipt, body`)
      const remove = database.prepare('DELETE FROM messages WHERE id = ? AND receipt = ?')
      const times = Array.from({ length: batch })
      const whole = <T>(work: () => T): T => (batch === 1 ? work() : database.transaction(work)())
      const send = (): void => {
        const nowMs = Date.now()
        const body = Buffer.from(JSON.stringify(value))
        insert.run(queue, nowMs, nowMs + lifeMs, nowMs, body)
      }
      const receive = (): Row[] => {
        const nowMs = Date.now()
        const visibleMs = nowMs + visibilityMs
        return take.all(visibleMs, randomUUID(), queue, nowMs, nowMs, batch) as Row[]
      }
      return {
        size: batch,
        one() {
          whole(() => times.forEach(send))
          const rows = whole(receive)
          for (const { body } of rows) {
            const loaded = JSON.parse(body.toString()) as typeof value
            if (loaded.to !== value.to) throw new Error('another message')
          }
          whole(() => rows.forEach(({ id, receipt }) => remove.run(id, receipt)))
        },
        left: () => database.prepare('SELECT count(*) FROM messages').pluck().get() as number,
        close: () => database.close(),
      }
    },
  }
}

function living(kind: Kind, inFlight: number): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup({ folder }) {
      const lives = await kind.open(folder)
      return {
        async run({ operations }) {
          let left = operations / lives.size
          const work = async (): Promise<void> => {
            while (left-- > 0) await lives.one()
          }
          await Promise.all(Array.from({ length: inFlight }, work))
        },
        async teardown() {
          deepStrictEqual(await lives.left(), 0, `${name} left messages`)
          await lives.close()
        },
      }
    },
  }
}

const hand = byHand(1)
const common = { ours: store.name, measureMs: 1500 } as const
const shape = (inFlight: number): Pick<Suite, 'operationsPerBatch' | 'warmupBatches'> =>
  inFlight === 1
    ? { operationsPerBatch: 1, warmupBatches: 200 }
    : { operationsPerBatch: 512, warmupBatches: 2 }

const suites = [1, 32].map((inFlight) =>
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `send, receive and delete a message, durable, ${inFlight} in flight`,
    about:
      'A JSON value of 240 bytes. Sent and deleted messages survive a power cut on all sides. By ' +
      'hand syncs each of the three steps; ours syncs a receive only along with other calls, and ' +
      'one sync serves all calls of a turn.',
    promises: [{ against: hand.name, atLeast: 1 }],
    rivals: [store, backend, hand, ...(inFlight === 1 ? [] : [byHand(32)])].map((kind) =>
      living(kind, inFlight),
    ),
  }),
)

export default suites
