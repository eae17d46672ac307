/** Broken queues, each in one way, and the cases of the kit that must catch it. */
import { setImmediate as soon } from 'node:timers/promises'
import { StorageError } from '../../../src/errors.ts'
import type { QueueBackend, ReceivedMessage } from '../../../src/index.ts'

/** A way to be broken. */
export interface QueueMutant {
  readonly name: string
  readonly change: (inner: QueueBackend) => Partial<QueueBackend>
  /** Ids of cases that fail for it, among others. */
  readonly caughtBy: readonly string[]
}

function mutant(
  name: string,
  caughtBy: readonly string[],
  change: QueueMutant['change'],
): QueueMutant {
  return { name, change, caughtBy }
}

/** A backend that notes what it gives out, by id of message. */
function notes<T>(): { get(id: string): T | undefined; set(id: string, value: T): void } {
  return new Map<string, T>()
}

const missing = (): StorageError => new StorageError('NOT_FOUND', 'x')

/** Bodies as text: what is no UTF-8 is lost. */
function asText(body: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(body).toString())
}

const queueMutants: readonly QueueMutant[] = [
  mutant('says that it made each queue', ['queue/create', 'race/creators'], (inner) => ({
    createQueue: async (...call) => {
      await inner.createQueue(...call)
      return true
    },
  })),
  mutant('empties a queue that is made again', ['queue/create'], (inner) => ({
    createQueue: async (queue) => {
      const isNew = await inner.createQueue(queue)
      if (!isNew) await inner.clear(queue)
      return isNew
    },
  })),
  mutant('looks before it makes a queue', ['race/creators'], (inner) => ({
    createQueue: async (queue) => {
      const { queues } = await inner.listQueues({ prefix: queue })
      await soon()
      await inner.createQueue(queue)
      return !queues.includes(queue)
    },
  })),
  mutant('calls a missing queue deleted', ['queue/delete'], (inner) => ({
    deleteQueue: async (...call) => {
      await inner.deleteQueue(...call)
      return true
    },
  })),
  mutant('calls a missing queue empty', ['queue/missing', 'queue/delete'], (inner) => ({
    receive: (...call) => inner.receive(...call).catch(() => []),
    length: (...call) => inner.length(...call).catch(() => 0),
  })),
  mutant('does not name the missing queue', ['queue/missing'], (inner) => ({
    peek: (...call) => inner.peek(...call).catch(() => Promise.reject(missing())),
  })),
  mutant('keeps messages of deleted queues', ['queue/recreate'], (inner) => {
    const kept = notes<Uint8Array[]>()
    return {
      deleteQueue: async (queue) => {
        const messages = await inner.receive(queue, { max: 32 }).catch(() => [])
        kept.set(
          queue,
          messages.map(({ body }) => body!),
        )
        return inner.deleteQueue(queue)
      },
      createQueue: async (queue) => {
        const isNew = await inner.createQueue(queue)
        for (const body of kept.get(queue) ?? []) await inner.send(queue, body)
        return isNew
      },
    }
  }),
  mutant('cuts names at 60 characters', ['queue/names'], (inner) => ({
    createQueue: (queue) => inner.createQueue(queue.slice(0, 60)),
    send: (queue, ...call) => inner.send(queue.slice(0, 60), ...call),
    receive: (queue, ...call) => inner.receive(queue.slice(0, 60), ...call),
  })),
  mutant('ignores dashes in names', ['queue/names'], (inner) => {
    const plain = (queue: string): string => queue.replaceAll('-', '')
    return {
      createQueue: (queue) => inner.createQueue(plain(queue)),
      send: (queue, ...call) => inner.send(plain(queue), ...call),
      receive: (queue, ...call) => inner.receive(plain(queue), ...call),
    }
  }),
  mutant('lists names backwards', ['queue/list'], (inner) => ({
    listQueues: async (options) => {
      const { queues, cursor } = await inner.listQueues(options)
      return { queues: queues.toReversed(), cursor }
    },
  })),
  mutant('pages by number', ['queue/list-stable'], (inner) => ({
    listQueues: async ({ prefix = '', limit = 1000, cursor = '0' } = {}) => {
      const { queues } = await inner.listQueues({ prefix })
      const end = Number(cursor) + limit
      const next = end < queues.length ? String(end) : undefined
      return { queues: queues.slice(Number(cursor), end), cursor: next }
    },
  })),
  mutant('is never well', ['queue/health'], () => ({
    health: async () => ({ ok: false, latencyMs: 0, message: 'so so', details: {} }),
  })),
]

const messageMutants: readonly QueueMutant[] = [
  mutant('counts from none', ['message/facts'], (inner) => ({
    receive: async (...call) =>
      (await inner.receive(...call)).map((message) => ({
        ...message,
        dequeueCount: message.dequeueCount - 1,
      })),
  })),
  mutant('keeps text only', ['message/bodies', 'receipt/body', 'limit/largest'], (inner) => ({
    send: (queue, body, options) => inner.send(queue, asText(body), options),
    update: (queue, id, receipt, options) => {
      const body = options.body && asText(options.body)
      return inner.update(queue, id, receipt, { ...options, body })
    },
  })),
  mutant('trims bodies', ['message/bodies'], (inner) => ({
    send: (queue, body, options) => {
      const text = Buffer.from(body).toString('latin1').trim()
      return inner.send(queue, Buffer.from(text || ' ', 'latin1'), options)
    },
  })),
  mutant('shares bodies with its callers', ['message/own-bytes'], (inner) => {
    const bodies = notes<Uint8Array>()
    const shared = <T extends { id: string }>(message: T): T => ({
      ...message,
      body: bodies.get(message.id),
    })
    return {
      send: async (queue, body, options) => {
        const sent = await inner.send(queue, body, options)
        bodies.set(sent.id, body)
        return sent
      },
      peek: async (...call) => (await inner.peek(...call)).map(shared),
      receive: async (...call) => (await inner.receive(...call)).map(shared),
    }
  }),
  mutant('gives ids twice', ['message/many'], (inner) => ({
    send: async (...call) => ({ ...(await inner.send(...call)), id: 'same' }),
  })),
  mutant('loses every fourth message', ['message/many', 'message/max'], (inner) => {
    let count = 0
    return {
      send: async (queue, ...call) => {
        const sent = await inner.send(queue, ...call)
        if (++count % 4 === 0) await inner.delete(queue, sent.id, sent.receipt)
        return sent
      },
    }
  }),
  mutant('gives as many as it likes', ['message/max'], (inner) => ({
    receive: (queue, options) => inner.receive(queue, { ...options, max: 32 }),
  })),
  mutant('throws when there is nothing', ['message/empty'], (inner) => ({
    receive: async (queue, options) => {
      const messages = await inner.receive(queue, options)
      if (messages.length === 0) throw missing()
      return messages
    },
  })),
  mutant('has one queue for all', ['message/apart'], (inner) => {
    const first = new Map<string, string>()
    const only = (queue: string): string => first.get(queue.slice(0, 17)) ?? queue
    return {
      createQueue: async (queue) => {
        if (!first.has(queue.slice(0, 17))) first.set(queue.slice(0, 17), queue)
        return inner.createQueue(only(queue))
      },
      send: (queue, ...call) => inner.send(only(queue), ...call),
      receive: (queue, ...call) => inner.receive(only(queue), ...call),
      clear: (queue, ...call) => inner.clear(only(queue), ...call),
    }
  }),
  mutant('counts a peek', ['message/peek'], (inner) => ({
    peek: async (...call) =>
      (await inner.peek(...call)).map((message) => ({
        ...message,
        dequeueCount: message.dequeueCount + 1,
      })),
  })),
  mutant('hides what is peeked', ['message/peek', 'message/max'], (inner) => ({
    peek: async (queue, options) => inner.receive(queue, { ...options, visibilitySeconds: 1 }),
  })),
  mutant('counts what is visible', ['message/length'], (inner) => ({
    length: async (queue) => (await inner.peek(queue, { max: 32 })).length,
  })),
  mutant('clears what is visible', ['message/clear'], (inner) => ({
    clear: async (queue) => {
      for (const { id, receipt } of await inner.receive(queue, { max: 32 })) {
        await inner.delete(queue, id, receipt)
      }
    },
  })),
]

const receiptMutants: readonly QueueMutant[] = [
  mutant('hides instead of deleting', ['receipt/delete'], (inner) => ({
    delete: async (queue, id, receipt) => {
      await inner.update(queue, id, receipt, { visibilitySeconds: 604_800 })
    },
  })),
  mutant('deletes what is not there', ['receipt/unknown', 'receipt/delete'], (inner) => ({
    delete: (...call) => inner.delete(...call).catch(() => undefined),
  })),
  mutant(
    'takes any receipt',
    ['receipt/updated', 'receipt/received-again', 'receipt/foreign', 'race/updaters'],
    (inner) => {
      const newest = notes<string>()
      const noted = (message: ReceivedMessage): ReceivedMessage => {
        newest.set(message.id, message.receipt)
        return message
      }
      return {
        receive: async (...call) => (await inner.receive(...call)).map(noted),
        update: async (queue, id, receipt, options) => {
          await soon()
          const updated = await inner.update(queue, id, newest.get(id) ?? receipt, options)
          newest.set(id, updated.receipt)
          return updated
        },
        delete: (queue, id, receipt, options) =>
          inner.delete(queue, id, newest.get(id) ?? receipt, options),
      }
    },
  ),
  mutant('gives no receipt for a send', ['receipt/sent'], (inner) => ({
    send: async (...call) => ({ ...(await inner.send(...call)), receipt: 'none' }),
  })),
  mutant('forgets the new body', ['receipt/body', 'message/own-bytes'], (inner) => ({
    update: (queue, id, receipt, options) =>
      inner.update(queue, id, receipt, { ...options, body: undefined }),
  })),
  mutant('says done to a second delete', ['race/deleters', 'receipt/delete'], (inner) => ({
    delete: (...call) =>
      inner.delete(...call).catch((error: StorageError) => {
        if (error.code !== 'NOT_FOUND') throw error
      }),
  })),
  mutant('receives in two steps', ['race/receivers'], (inner) => ({
    receive: async (queue, options = {}) => {
      const peeked = await inner.peek(queue, options)
      await soon()
      const received = await inner.receive(queue, options)
      return received.map((message, at) => ({ ...message, body: peeked[at]?.body ?? message.body }))
    },
  })),
]

const timeMutants: readonly QueueMutant[] = [
  mutant('holds for ever', ['time/visibility', 'time/lapsed'], (inner) => ({
    receive: (queue, options) => inner.receive(queue, { ...options, visibilitySeconds: 604_800 }),
  })),
  mutant('holds for half of it', ['time/visibility'], (inner) => ({
    receive: (queue, options) => {
      const visibilitySeconds = (options?.visibilitySeconds ?? 30) / 4
      return inner.receive(queue, { ...options, visibilitySeconds })
    },
  })),
  mutant('voids a receipt when its time is over', ['time/lapsed'], (inner) => {
    const until = notes<number>()
    return {
      receive: async (queue, options) => {
        const messages = await inner.receive(queue, options)
        for (const { id, visibleAt } of messages) until.set(id, visibleAt.getTime())
        return messages
      },
      delete: async (queue, id, receipt) => {
        const { insertedAt } = await inner.send(queue, Buffer.from('what time is it'), {
          delaySeconds: 600,
        })
        if (insertedAt.getTime() >= (until.get(id) ?? Infinity)) throw missing()
        await inner.delete(queue, id, receipt)
      },
    }
  }),
  mutant('never extends', ['time/extend', 'time/lapsed'], (inner) => ({
    update: (queue, id, receipt, options) =>
      inner.update(queue, id, receipt, { ...options, visibilitySeconds: 0 }),
  })),
  mutant('does not delay', ['time/delay', 'message/peek'], (inner) => ({
    send: (queue, body, options) => inner.send(queue, body, { ...options, delaySeconds: 0 }),
  })),
  mutant('keeps everything for ever', ['time/expiry', 'time/for-ever'], (inner) => ({
    send: (queue, body, options) => inner.send(queue, body, { ...options, timeToLiveSeconds: -1 }),
  })),
  mutant('keeps nothing for ever', ['time/for-ever'], (inner) => ({
    send: (queue, body, options = {}) => {
      const { timeToLiveSeconds = 604_800 } = options
      const most = timeToLiveSeconds === -1 ? 604_800 : timeToLiveSeconds
      return inner.send(queue, body, { ...options, timeToLiveSeconds: most })
    },
  })),
  mutant('cuts what is too large', ['limit/too-large'], (inner) => ({
    send: (queue, body, options) => inner.send(queue, body.slice(0, 49_152), options),
  })),
  mutant('keeps less than it says', ['limit/largest'], (inner) => ({
    send: async (queue, body, options) => {
      if (body.byteLength > 49_000) throw new StorageError('QUOTA_EXCEEDED', 'x')
      return inner.send(queue, body, options)
    },
  })),
]

const endingMutants: readonly QueueMutant[] = [
  mutant('hears no signal', ['ending/aborted-before'], (inner) => ({
    send: (queue, body, options) => inner.send(queue, body, { ...options, signal: undefined }),
  })),
  mutant('throws the reason of a signal', ['ending/aborted-before'], (inner) => ({
    peek: async (queue, options) => {
      options?.signal?.throwIfAborted()
      return inner.peek(queue, options)
    },
  })),
  mutant('sends again when it is aborted', ['ending/aborted-amid'], (inner) => ({
    send: async (queue, body, { signal, ...options } = {}) => {
      const sent = await inner.send(queue, body, options)
      await soon()
      if (signal?.aborted === true) await inner.send(queue, body, options)
      return sent
    },
  })),
  mutant('leaves listeners', ['ending/listeners'], (inner) => ({
    length: (queue, options) => {
      options?.signal?.addEventListener('abort', () => undefined)
      return inner.length(queue, options)
    },
  })),
  mutant('goes on after close', ['ending/closed'], () => ({ close: async () => undefined })),
  mutant('throws at a second close', ['ending/closed'], (inner) => {
    let isClosed = false
    return {
      close: async () => {
        if (isClosed) throw new StorageError('CLOSED', 'x')
        isClosed = true
        await inner.close()
      },
    }
  }),
  mutant('never answers what is under way at close', ['ending/closed-amid'], (inner) => {
    let isClosed = false
    return {
      length: async (queue) => {
        for (let turns = 0; turns < 4; turns++) await soon()
        if (isClosed) await new Promise(() => undefined)
        return inner.length(queue)
      },
      close: async () => {
        isClosed = true
        await inner.close()
      },
    }
  }),
]

export const memoryMutants: readonly QueueMutant[] = [
  ...queueMutants,
  ...messageMutants,
  ...receiptMutants,
  ...timeMutants,
  ...endingMutants,
]
