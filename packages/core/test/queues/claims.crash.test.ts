/**
 * A process that dies between any two steps loses no message: what is in a queue has its payload,
 * and what is left over is swept.
 */
import { describe, expect, it } from 'vitest'
import {
  MemoryQueueBackend,
  MemoryStorageBackend,
  type PeekedQueueMessage,
  type QueueMessage,
  QueueStore,
  StorageManager,
} from '../../src/index.ts'
import { seededRandom, virtualClock } from '../../src/testing/index.ts'
import { watched } from './support/wrapped.ts'

const large = (seed: number): Uint8Array => seededRandom(seed).bytes(60_000)
const daySeconds = 86_400

/** Calls that change something: only between these a death makes a difference. */
const changes = ['send', 'update', 'delete', 'receive', 'createQueue', 'write', 'copy']

/** One world of queues and objects, and a process in it that dies at a step. */
class World {
  readonly clock = virtualClock()
  readonly queues = new MemoryQueueBackend({ clock: this.clock })
  readonly objects = new MemoryStorageBackend({ clock: this.clock })
  /** What lives on: a store without faults. */
  readonly survivor = new QueueStore(this.queues, { claims: this.objects, clock: this.clock })
  readonly dead: Promise<'dead'>
  readonly mortal: QueueStore
  #die: (() => void) | undefined
  #steps = 0
  isArmed = false

  constructor(deathStep: number) {
    this.dead = new Promise((resolve) => {
      this.#die = () => resolve('dead')
    })
    const watch = (method: string): Promise<void> | undefined => {
      if (!this.isArmed || !changes.includes(method)) return undefined
      this.#steps++
      if (this.#steps < deathStep) return undefined
      this.#die!()
      // Nothing that a dead process waits for ever comes.
      return new Promise(() => undefined)
    }
    this.mortal = new QueueStore(watched(this.queues, watch), {
      claims: watched(this.objects, watch),
      clock: this.clock,
    })
  }

  async claimKeys(): Promise<string[]> {
    return new StorageManager(this.objects).listKeys('queue-claims/')
  }

  async peekAll(queue: string): Promise<PeekedQueueMessage[]> {
    return this.survivor.peekMessages(queue, { max: 32 }).catch(() => [])
  }

  /** Deletes what is there and lets everything expire; gives what is left: nothing, if right. */
  async leftAfterSweep(...queues: string[]): Promise<string[]> {
    for (const queue of queues) {
      const messages: QueueMessage[] = await this.survivor
        .receiveMessages(queue, { max: 32 })
        .catch(() => [])
      for (const message of messages) await this.survivor.deleteMessage(queue, message)
    }
    await this.clock.advance(10 * daySeconds * 1000)
    await this.survivor.sweepClaims()
    return this.claimKeys()
  }
}

/** Runs `act` with a death at each step in turn, until it lives through all of them. */
async function atEachStep(
  prepare: (world: World) => Promise<void>,
  act: (world: World) => Promise<unknown>,
  check: (world: World, isDone: boolean) => Promise<void>,
): Promise<number> {
  for (let step = 1; step < 100; step++) {
    const world = new World(step)
    await world.survivor.createQueue('orders')
    await prepare(world)
    world.isArmed = true
    const acted = act(world).then(() => 'done' as const)
    const outcome = await Promise.race([acted, world.dead])
    // The visibility of whatever the dead one held runs out.
    await world.clock.advance(60_000)
    await check(world, outcome === 'done')
    if (outcome === 'done') return step - 1
  }
  throw new Error('never lived through all steps')
}

describe('a death at each step', () => {
  it('of sending: the message is there with its payload, or not at all', async () => {
    const steps = await atEachStep(
      async () => undefined,
      ({ mortal }) => mortal.sendMessage('orders', large(1)),
      async (world, isDone) => {
        const messages = await world.peekAll('orders')
        if (isDone) expect(messages).toHaveLength(1)
        for (const message of messages) expect(await message.load()).toEqual(large(1))
        // A leftover at worst.
        expect((await world.claimKeys()).length).toBeLessThanOrEqual(1)
        expect(await world.leftAfterSweep('orders')).toEqual([])
      },
    )
    // Before and behind the write and the send.
    expect(steps).toBe(4)
  })

  it('of deleting: the message is there with its payload, or not at all', async () => {
    const steps = await atEachStep(
      async ({ survivor }) => void (await survivor.sendMessage('orders', large(1))),
      async ({ mortal }) => {
        const message = await mortal.receiveMessage('orders')
        await mortal.deleteMessage('orders', message!)
      },
      async (world, isDone) => {
        const messages = await world.peekAll('orders')
        if (isDone) expect(messages).toHaveLength(0)
        for (const message of messages) expect(await message.load()).toEqual(large(1))
        if (isDone) expect(await world.claimKeys()).toEqual([])
        expect(await world.leftAfterSweep('orders')).toEqual([])
      },
    )
    expect(steps).toBe(6)
  })

  it.each([
    ['a larger one', large(2)],
    ['a small one', { n: 1 }],
  ])('of replacing the value by %s: it is the old one or the new one', async (_name, value) => {
    await atEachStep(
      async ({ survivor }) => void (await survivor.sendMessage('orders', large(1))),
      async ({ mortal }) => {
        const message = await mortal.receiveMessage('orders')
        await mortal.updateMessage('orders', message!, { visibilitySeconds: 0, value })
      },
      async (world, isDone) => {
        const [message] = await world.peekAll('orders')
        const found = await message!.load()
        if (isDone) expect(found).toEqual(value)
        else expect([large(1), value]).toContainEqual(found)
        expect(await world.leftAfterSweep('orders')).toEqual([])
      },
    )
  })

  it.each([
    ['a claimed', () => large(1)],
    ['a small', () => ({ n: 1 })],
  ])('of poisoning %s message: it is in one queue or both, with its payload', async (_n, make) => {
    const sent: string[] = []
    const steps = await atEachStep(
      async ({ survivor }) => {
        sent.push((await survivor.sendMessage('orders', make())).id)
      },
      async ({ mortal, clock }) => {
        const stop = new AbortController()
        const consuming = mortal.consume(
          'orders',
          () => {
            stop.abort()
            throw new Error('no')
          },
          { signal: stop.signal, maxDequeueCount: 1 },
        )
        await clock.advance(0)
        await consuming
      },
      async (world, isDone) => {
        const here = await world.peekAll('orders')
        const poisoned = await world.peekAll('orders-poison')
        expect(here.length + poisoned.length).toBeGreaterThanOrEqual(1)
        expect(here.length).toBeLessThanOrEqual(isDone ? 0 : 1)
        for (const message of [...here, ...poisoned]) expect(await message.load()).toEqual(make())
        for (const { origin } of poisoned) {
          expect(origin).toMatchObject({ queue: 'orders', id: sent.at(-1), dequeueCount: 1 })
          expect(origin?.error).toEqual({ name: 'Error', message: 'no' })
        }
        // Another consumer finishes what the dead one began: twice in poison at worst.
        await finish(world)
        const again = await world.peekAll('orders-poison')
        expect(again.length).toBeLessThanOrEqual(2)
        expect(new Set(again.map(({ origin }) => origin!.id)).size).toBe(1)
        for (const message of again) expect(await message.load()).toEqual(make())
        expect(await world.leftAfterSweep('orders', 'orders-poison')).toEqual([])
      },
    )
    expect(steps).toBeGreaterThanOrEqual(8)
  })
})

/** Poisons what is left. */
async function finish({ survivor, clock }: World): Promise<void> {
  const stop = new AbortController()
  const fail = (): never => {
    throw new Error('no')
  }
  const options = { signal: stop.signal, maxDequeueCount: 1, onError: () => undefined }
  const consuming = survivor.consume('orders', fail, options)
  await clock.advance(1000)
  stop.abort()
  await consuming
  expect(await survivor.length('orders')).toBe(0)
}
