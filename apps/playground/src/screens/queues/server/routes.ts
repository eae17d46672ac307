/** The API of the screen, over the parts that do the work. */
import { messageCountMax, StorageError, systemRandom } from '@aos-storage/core'
import { Hono } from 'hono'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import type { OpenScreen } from '../../../server/screen.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { Board } from './board.ts'
import { ConsumerGroups } from './consumer-groups.ts'
import { Hands } from './hands.ts'
import { poisonOf } from './names.ts'
import { payloadOf, summaryOf } from './payload.ts'
import { discard, requeue, requeueAll } from './poison.ts'
import * as request from './request.ts'
import { sendFile, sendTyped } from './send.ts'
import type { PeekedMessages, QueueDetail, QueueList, QueueState } from './wire.ts'

const logLinesMax = 200
/** A file to send. */
const fileBytesMax = 8 * 1024 ** 2
/** Of what is typed: a line break or a quote takes two bytes of JSON. */
const typedBytesMax = 4 * 1024 ** 2

interface Parts {
  readonly board: Board
  readonly groups: ConsumerGroups
  readonly hands: Hands
}

function queueRoutes({ queues }: World, { board, groups, hands }: Parts) {
  const forget = async (queue: string): Promise<void> => {
    await groups.forget(queue)
    hands.forget(queue)
    board.forget(queue)
  }
  return new Hono()
    .get('/queues', valid('query', request.listQuery), async (context) => {
      const { prefix, limit } = context.req.valid('query')
      const { signal } = context.req.raw
      const { queues: names, cursor } = await queues.listQueuePage({ prefix, limit, signal })
      const states = await statesOf(names, cursor !== undefined, board)
      const { messageBytesMax } = queues.capabilities
      const list: QueueList = { queues: states, areMore: cursor !== undefined, messageBytesMax }
      return context.json(list)
    })
    .get('/queue', valid('query', request.queueOnly), async (context) => {
      const { queue } = context.req.valid('query')
      const state = await board.state(queue)
      if (state === null) throw noQueue(queue)
      const group = groups.of(queue)?.state(logLinesMax)
      const detail: QueueDetail = { state, group, hands: await hands.list(queue) }
      return context.json(detail)
    })
    .post('/queues', atMost(commandBytesMax), valid('json', request.queueOnly), async (context) => {
      const { queue } = context.req.valid('json')
      return context.json({ isCreated: await queues.createQueue(queue) })
    })
    .delete('/queues', valid('query', request.deleteQuery), async (context) => {
      const { queue, poison } = context.req.valid('query')
      // Consumers would only fail.
      await forget(queue)
      const isDeleted = await queues.deleteQueue(queue)
      if (poison) {
        await forget(poisonOf(queue))
        await queues.deleteQueue(poisonOf(queue))
      }
      return context.json({ isDeleted })
    })
    .post('/clear', atMost(commandBytesMax), valid('json', request.queueOnly), async (context) => {
      const { queue } = context.req.valid('json')
      await queues.clear(queue)
      hands.forget(queue)
      return context.json({})
    })
}

function messageRoutes(world: World) {
  const { queues } = world
  return new Hono()
    .get('/messages', valid('query', request.queueOnly), async (context) => {
      const { queue } = context.req.valid('query')
      const { signal } = context.req.raw
      const messages = await queues.peekMessages(queue, { max: messageCountMax, signal })
      const at = world.clock.now()
      const peeked: PeekedMessages = { messages: await Promise.all(messages.map(summaryOf)), at }
      return context.json(peeked)
    })
    .get('/message', valid('query', request.queueAndId), async (context) => {
      const { queue, id } = context.req.valid('query')
      const { signal } = context.req.raw
      const messages = await queues.peekMessages(queue, { max: messageCountMax, signal })
      const message = messages.find((each) => each.id === id)
      if (message === undefined) {
        const text = 'The message is not among the first that are visible: somebody received it'
        throw new StorageError('NOT_FOUND', text, { key: queue })
      }
      return context.json(await payloadOf(message, signal))
    })
    .post('/messages', atMost(typedBytesMax), valid('json', request.sendBody), async (context) => {
      const { queue, payload, count, ...times } = context.req.valid('json')
      const { signal } = context.req.raw
      return context.json(await sendTyped(world, queue, payload, count, times, signal))
    })
    .put('/file', atMost(fileBytesMax), valid('query', request.fileQuery), async (context) => {
      const { queue, ...options } = context.req.valid('query')
      const bytes = new Uint8Array(await context.req.arrayBuffer())
      return context.json(await sendFile(world, queue, bytes, options))
    })
}

function handRoutes(hands: Hands) {
  return new Hono()
    .post('/held', atMost(commandBytesMax), valid('json', request.receiveBody), async (context) => {
      const { queue, ...options } = context.req.valid('json')
      return context.json(await hands.receive(queue, options, context.req.raw.signal))
    })
    .get('/held/payload', valid('query', request.queueAndId), async (context) => {
      const { queue, id } = context.req.valid('query')
      return context.json(await hands.payload(queue, id, context.req.raw.signal))
    })
    .post(
      '/held/extend',
      atMost(commandBytesMax),
      valid('json', request.extendBody),
      async (context) => {
        const { queue, id, visibilitySeconds } = context.req.valid('json')
        return context.json(await hands.extend(queue, id, visibilitySeconds))
      },
    )
    .post(
      '/held/replace',
      atMost(typedBytesMax),
      valid('json', request.replaceBody),
      async (context) => {
        const { queue, id, visibilitySeconds, payload } = context.req.valid('json')
        return context.json(await hands.replace(queue, id, payload, visibilitySeconds))
      },
    )
    .post(
      '/held/let-go',
      atMost(commandBytesMax),
      valid('json', request.queueAndId),
      async (context) => {
        const { queue, id } = context.req.valid('json')
        await hands.letGo(queue, id)
        return context.json({})
      },
    )
    .post(
      '/held/delete',
      atMost(commandBytesMax),
      valid('json', request.queueAndId),
      async (context) => {
        const { queue, id } = context.req.valid('json')
        await hands.delete(queue, id)
        return context.json({})
      },
    )
}

function consumerRoutes({ queues }: World, groups: ConsumerGroups) {
  return new Hono()
    .post(
      '/consumers/start',
      atMost(commandBytesMax),
      valid('json', request.consumersBody),
      async (context) => {
        const { queue, settings } = context.req.valid('json')
        // A missing queue is told here, not by consumers that end.
        await queues.length(queue)
        return context.json(groups.start(queue, settings).state(logLinesMax))
      },
    )
    .post(
      '/consumers/stop',
      atMost(commandBytesMax),
      valid('json', request.queueOnly),
      (context) => {
        const group = groups.of(context.req.valid('json').queue)
        group?.stop()
        return context.json({ isRunning: group !== undefined })
      },
    )
}

function poisonRoutes({ queues }: World) {
  return new Hono()
    .post(
      '/poison/requeue',
      atMost(commandBytesMax),
      valid('json', request.queueAndId),
      async (context) => {
        const { queue, id } = context.req.valid('json')
        await requeue(queues, queue, id)
        return context.json({})
      },
    )
    .post(
      '/poison/requeue-all',
      atMost(commandBytesMax),
      valid('json', request.queueOnly),
      async (context) => {
        const { queue } = context.req.valid('json')
        return context.json(await requeueAll(queues, queue, context.req.raw.signal))
      },
    )
    .post(
      '/poison/discard',
      atMost(commandBytesMax),
      valid('json', request.queueAndId),
      async (context) => {
        const { queue, id } = context.req.valid('json')
        await discard(queues, queue, id)
        return context.json({})
      },
    )
}

function routesOf(world: World, parts: Parts) {
  return new Hono()
    .route('/', queueRoutes(world, parts))
    .route('/', messageRoutes(world))
    .route('/', handRoutes(parts.hands))
    .route('/', consumerRoutes(world, parts.groups))
    .route('/', poisonRoutes(world))
}

/** What the page's client knows of the API: `hc<QueuesApi>('/api/queues')`. */
export type QueuesApi = ReturnType<typeof routesOf>

/** Opens the screen. Its close stops the consumers, and gives back what was received by hand. */
export function openQueuesScreen(world: World): OpenScreen {
  const { queues, storage, clock } = world
  const tools = { backend: queues.backend, claims: storage, clock, random: systemRandom }
  const groups: ConsumerGroups = new ConsumerGroups(tools, {
    onNews: (queue) => board.touch(queue),
    onHandled: (queue) => board.noteDone(queue),
  })
  const hands: Hands = new Hands(queues, clock, {
    onChange: (queue) => board.touchHands(queue),
    onDone: (queue) => board.noteDone(queue),
  })
  const board: Board = new Board(world, () => ({ groups, hands }))
  return {
    routes: routesOf(world, { board, groups, hands }),
    async close() {
      board.close()
      await Promise.all([groups.close(), hands.close()])
    },
  }
}

/** In the order of the names; a queue that goes meanwhile is left out. */
async function statesOf(
  names: readonly string[],
  areMore: boolean,
  board: Board,
): Promise<QueueState[]> {
  const known = new Set(names)
  const last = names.at(-1) ?? ''
  const waiting = names.values()
  const states = new Map<string, QueueState>()
  const works = Array.from({ length: 8 }, async () => {
    for (const name of waiting) {
      const poison = poisonOf(name)
      // Most queues have none, which a service need not be asked.
      const isNone = !known.has(poison) && !(areMore && poison > last)
      const state = await board.state(name, isNone ? Promise.resolve(null) : undefined)
      if (state !== null) states.set(name, state)
    }
  })
  await Promise.all(works)
  return names.flatMap((name) => states.get(name) ?? [])
}

function noQueue(queue: string): StorageError {
  return new StorageError('NOT_FOUND', `There is no queue "${queue}"; create it first`, {
    key: queue,
  })
}
