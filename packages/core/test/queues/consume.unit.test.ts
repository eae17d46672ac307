/** The loop behind `consume`, on a virtual clock. */
import { describe, expect, it } from 'vitest'
import { StorageError } from '../../src/errors.ts'
import type { ConsumeOptions, QueueMessage } from '../../src/index.ts'
import { bench, gate } from './support/consuming.ts'

const nothing = { received: 0, handled: 0, failed: 0, poisoned: 0, lost: 0, released: 0 }
const counts = (some: object): object => ({ ...nothing, abandoned: 0, ...some })

const fail = (): never => {
  throw new Error('no')
}

/** What a promise rejects with; heard of at once, whenever that is. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  )

describe('consume', () => {
  it('handles each message once, deletes it, and resolves with counts at the stop', async () => {
    const { clock, store, consume } = await bench()
    for (let n = 0; n < 50; n++) await store.sendMessage('orders', n)
    const seen: number[] = []
    const consuming = consume(async (message) => void seen.push(await message.load()), {
      concurrency: 4,
    })
    await clock.advance(1000)
    expect(consuming.isDone).toBe(false)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 50, handled: 50 }))
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    expect(await store.length('orders')).toBe(0)
    expect(consuming.faults).toEqual([])
    expect(clock.sleepers).toBe(0)
  })

  it('runs at most `concurrency` handlers, and receives nothing without a free one', async () => {
    const asked: (number | undefined)[] = []
    const { clock, store, consume } = await bench((inner) => ({
      receive: (queue, options) => {
        asked.push(options?.max)
        return inner.receive(queue, options)
      },
    }))
    for (let n = 0; n < 8; n++) await store.sendMessage('orders', n)
    const gates = Array.from({ length: 8 }, () => gate())
    let running = 0
    let most = 0
    const consuming = consume(
      async (message) => {
        most = Math.max(most, ++running)
        await gates[await message.load<number>()]!.opened
        running--
      },
      { concurrency: 3 },
    )
    await clock.advance(5000)
    expect([running, most]).toEqual([3, 3])
    expect(asked).toEqual([3])
    gates[1]!.open()
    await clock.advance(10)
    expect([running, most]).toEqual([3, 3])
    expect(asked).toEqual([3, 1])
    for (const { open } of gates) open()
    await clock.advance(10)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ handled: 8 })
    expect(most).toBe(3)
    expect(Math.max(...asked.map((max) => max ?? 1))).toBe(3)
  })

  it('asks for 32 messages at most', async () => {
    const asked: (number | undefined)[] = []
    const { clock, consume } = await bench((inner) => ({
      receive: (queue, options) => {
        asked.push(options?.max)
        return inner.receive(queue, options)
      },
    }))
    const consuming = consume(() => undefined, { concurrency: 100 })
    await clock.advance(50)
    consuming.stop()
    await consuming.done
    expect(asked[0]).toBe(32)
  })
})

describe('the hold on a message', () => {
  it('is renewed while the handler runs, so that nobody else gets the message', async () => {
    const { clock, store, consume, calls } = await bench()
    await store.sendMessage('orders', 1)
    const { opened, open } = gate()
    const consuming = consume(() => opened, { visibilitySeconds: 6 })
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000)
      expect(await store.receiveMessages('orders')).toEqual([])
    }
    const renewals = calls.filter(({ method }) => method === 'update').map(({ atMs }) => atMs)
    expect(renewals.slice(0, 3)).toEqual([2000, 4000, 6000])
    open()
    await clock.advance(0)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
    expect(await store.length('orders')).toBe(0)
  })

  it('is counted from before the receive: a slow answer does not make it longer', async () => {
    const { clock, store, consume, calls } = await bench((inner, hands) => ({
      receive: async (queue, options) => {
        const messages = await inner.receive(queue, options)
        if (messages.length > 0) await hands.sleep(5000)
        return messages
      },
    }))
    await store.sendMessage('orders', 1)
    const { opened, open } = gate()
    const consuming = consume(() => opened, { visibilitySeconds: 6 })
    await clock.advance(5500)
    expect(calls.find(({ method }) => method === 'update')).toEqual({
      method: 'update',
      atMs: 5000,
    })
    open()
    consuming.stop()
    await clock.advance(10_000)
    await consuming.done
  })

  it('survives renewals that fail for a while', async () => {
    let failures = 2
    const { clock, store, consume } = await bench((inner) => ({
      update: async (...call) => {
        if (failures-- > 0) throw new StorageError('UNAVAILABLE', 'flaky')
        return inner.update(...call)
      },
    }))
    await store.sendMessage('orders', 1)
    const { opened, open } = gate()
    let signal: AbortSignal | undefined
    const handler = (_message: QueueMessage, context: { signal: AbortSignal }): Promise<void> => {
      signal = context.signal
      return opened
    }
    const consuming = consume(handler, { visibilitySeconds: 30 })
    await clock.advance(60_000)
    expect(signal?.aborted).toBe(false)
    expect(consuming.faults.map(({ step }) => step)).toEqual(['renew', 'renew'])
    open()
    await clock.advance(0)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
  })

  it.each<[string, () => Promise<never>]>([
    ['the service says so', async () => Promise.reject(new StorageError('NOT_FOUND', 'gone'))],
    ['renewals fail until it ran out', () => Promise.reject(new StorageError('UNAVAILABLE', 'x'))],
    ['renewals never answer', () => new Promise(() => undefined)],
  ])('is lost when %s: the handler hears of it', async (_name, update) => {
    const { clock, store, consume } = await bench(() => ({ update }))
    await store.sendMessage('orders', 1)
    const reasons: unknown[] = []
    const handler = (_message: QueueMessage, { signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason)
          reject(signal.reason as Error)
        })
      })
    const consuming = consume(handler, { visibilitySeconds: 30 })
    await clock.advance(29_900)
    await clock.advance(200)
    expect(reasons).toHaveLength(1)
    expect(reasons[0]).toMatchObject({ code: 'LOCKED', retryable: 'no' })
    consuming.stop()
    await clock.advance(60_000)
    const { lost, poisoned, handled } = await consuming.done
    expect({ lost: lost > 0, poisoned, handled }).toEqual({ lost: true, poisoned: 0, handled: 0 })
    expect(await store.length('orders')).toBe(1)
  })

  it('is used by one call at a time: a delete waits for the renewal under way', async () => {
    const slow = gate()
    const { clock, store, consume, calls } = await bench((inner) => ({
      update: async (...call) => {
        const updated = await inner.update(...call)
        await slow.opened
        return updated
      },
    }))
    await store.sendMessage('orders', 1)
    const handled = gate()
    const consuming = consume(() => handled.opened, { visibilitySeconds: 30 })
    await clock.advance(10_000)
    handled.open()
    await clock.advance(100)
    expect(calls.map(({ method }) => method)).not.toContain('delete')
    slow.open()
    await clock.advance(100)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
  })
})

describe('a handler that fails', () => {
  it('gets its message again after a growing delay', async () => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', 1)
    const tries: number[] = []
    const handler = ({ dequeueCount }: QueueMessage): void => {
      tries.push(clock.monotonicMs())
      if (dequeueCount < 4) throw new Error('not yet')
    }
    const consuming = consume(handler, { idleDelayMsMax: 10 })
    await clock.advance(20_000)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 4, handled: 1, failed: 3 }))
    const pauses = tries.slice(1).map((atMs, at) => Math.round((atMs - tries[at]!) / 1000))
    expect(pauses).toEqual([1, 2, 4])
    expect(consuming.faults.map(({ step }) => step)).toEqual(['handle', 'handle', 'handle'])
  })

  it.each<[string, ConsumeOptions['retryDelaySeconds'], number]>([
    ['a number', 7, 7],
    ['a function', ({ dequeueCount }) => dequeueCount * 3, 3],
    ['a function that throws', fail, 1],
    ['a function that gives nonsense', () => 0.5, 1],
  ])('gets it again after retryDelaySeconds: %s', async (_name, retryDelaySeconds, seconds) => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', 1)
    const tries: number[] = []
    const handler = (): void => {
      if (tries.push(clock.monotonicMs()) === 1) throw new Error('not yet')
    }
    const consuming = consume(handler, { idleDelayMsMax: 10, retryDelaySeconds })
    await clock.advance(20_000)
    consuming.stop()
    await consuming.done
    expect(Math.round((tries[1]! - tries[0]!) / 1000)).toBe(seconds)
  })

  it('loses its message to the poison queue at the most', async () => {
    const { clock, store, consume } = await bench()
    const { id } = await store.sendMessage('orders', { n: 1 })
    await store.sendMessage('orders', { n: 2 })
    const handler = async (message: QueueMessage): Promise<void> => {
      const { n } = await message.load<{ n: number }>()
      if (n === 1) throw new StorageError('NOT_FOUND', 'no such customer')
    }
    const consuming = consume(handler, { maxDequeueCount: 3 })
    await clock.advance(30_000)
    consuming.stop()
    const expected = { received: 4, handled: 1, failed: 3, poisoned: 1 }
    expect(await consuming.done).toEqual(counts(expected))
    expect(await store.length('orders')).toBe(0)
    const [poisoned, ...others] = await store.peekMessages('orders-poison', { max: 32 })
    expect(others).toEqual([])
    expect(await poisoned!.load()).toEqual({ n: 1 })
    expect(poisoned!.contentType).toBe('application/json')
    expect(poisoned!.expiresAt.getUTCFullYear()).toBe(9999)
    const error = { name: 'StorageError', message: 'no such customer', code: 'NOT_FOUND' }
    expect(poisoned!.origin).toMatchObject({ queue: 'orders', id, dequeueCount: 3, error })
  })

  it('is not called for a message that killed consumers have used up', async () => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', 1)
    // Received and never answered, as by consumers that were killed.
    for (let kill = 0; kill < 3; kill++) {
      await store.receiveMessages('orders', { visibilitySeconds: 1 })
      await clock.advance(1000)
    }
    let called = 0
    const consuming = consume(() => void called++, { maxDequeueCount: 3 })
    await clock.advance(1000)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, poisoned: 1 }))
    expect(called).toBe(0)
    const [poisoned] = await store.peekMessages('orders-poison')
    expect(poisoned!.origin).toMatchObject({ dequeueCount: 4, error: { code: 'CONFLICT' } })
    expect(poisoned!.origin!.error.message).toMatch(/received 3 times/)
  })

  it('keeps its message where it is while the poison queue cannot be written', async () => {
    let isDown = true
    const { clock, store, consume } = await bench((inner) => ({
      send: async (queue, ...call) => {
        const isPoison = queue === 'given-up'
        if (isDown && isPoison) throw new StorageError('UNAVAILABLE', 'down')
        return inner.send(queue, ...call)
      },
    }))
    await store.sendMessage('orders', 1)
    const options = { maxDequeueCount: 1, poisonQueue: 'given-up', visibilitySeconds: 10 }
    const consuming = consume(fail, options)
    await clock.advance(35_000)
    expect(await store.length('orders')).toBe(1)
    expect(consuming.faults.map(({ step }) => step)).toContain('poison')
    isDown = false
    await clock.advance(35_000)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ poisoned: 1 })
    expect(await store.length('orders')).toBe(0)
    expect(await store.length('given-up')).toBe(1)
  })

  it('loses its message to the poison queue with the value that it last gave it', async () => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', { step: 1 })
    const handler = async (message: QueueMessage): Promise<never> => {
      const { step } = await message.load<{ step: number }>()
      const options = { visibilitySeconds: 30, value: { step: step + 1 } }
      await store.updateMessage('orders', message, options)
      expect(await message.load()).toEqual({ step: step + 1 })
      return fail()
    }
    const consuming = consume(handler, { maxDequeueCount: 2 })
    await clock.advance(30_000)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ failed: 2, poisoned: 1 })
    const [poisoned] = await store.peekMessages('orders-poison')
    expect(await poisoned!.load()).toEqual({ step: 3 })
  })

  it('poisons what a stranger sent as it was', async () => {
    const { clock, store, backend, consume } = await bench()
    const strange = Uint8Array.from([0, 0x61, 0x6f, 0x73, 0x71, 9, 1, 2, 3])
    await backend.send('orders', strange)
    const consuming = consume((message) => message.load(), { maxDequeueCount: 1 })
    await clock.advance(1000)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ poisoned: 1 })
    const [poisoned] = await store.peekMessages('orders-poison')
    expect(await poisoned!.bytes()).toEqual(strange)
    expect(poisoned!.origin!.error.code).toBe('SERIALIZATION')
  })

  it('poisons the largest messages too: with less of an origin, or none', async () => {
    const { clock, store, backend, consume } = await bench()
    const { messageBytesMax } = backend.capabilities
    const sizes = [messageBytesMax, messageBytesMax - 400, messageBytesMax - 3000]
    for (const size of sizes) await store.sendMessage('orders', 'x'.repeat(size - 2))
    const handler = (): never => {
      throw new Error('y'.repeat(2000))
    }
    const consuming = consume(handler, { maxDequeueCount: 1, concurrency: 3 })
    await clock.advance(1000)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ poisoned: 3 })
    const poisoned = await store.peekMessages('orders-poison', { max: 3 })
    const told: [number, number | undefined][] = []
    for (const message of poisoned) {
      const { length } = await message.load<string>()
      told.push([length + 2, message.origin?.error.message.length])
    }
    expect(told.sort((a, b) => b[0] - a[0])).toEqual([
      [sizes[0], undefined],
      [sizes[1], 0],
      [sizes[2], 1000],
    ])
  })
})

describe('what consume pauses for', () => {
  it('an empty queue: longer and longer, up to idleDelayMsMax, and short again', async () => {
    const { clock, store, consume, calls } = await bench()
    const consuming = consume(() => undefined, { idleDelayMsMax: 2000 })
    await clock.advance(20_000)
    const looks = calls.filter(({ method }) => method === 'receive').map(({ atMs }) => atMs)
    const pauses = looks.slice(1).map((atMs, at) => atMs - looks[at]!)
    expect(pauses[0]).toBeLessThanOrEqual(100)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2000)
    expect(Math.max(...pauses)).toBeGreaterThan(1000)
    for (const [at, pause] of pauses.entries()) {
      const size = Math.min(2000, 100 * 2 ** at)
      expect(pause).toBeGreaterThanOrEqual(size / 2)
      expect(pause).toBeLessThanOrEqual(size)
    }
    await store.sendMessage('orders', 1)
    await clock.advance(2000)
    calls.length = 0
    await clock.advance(0)
    await store.sendMessage('orders', 2)
    await clock.advance(2000)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ handled: 2 })
  })

  it('a service that errs: it goes on when that is over', async () => {
    let isDown = true
    let tries = 0
    const { clock, store, consume } = await bench((inner) => ({
      receive: async (...call) => {
        tries++
        if (isDown) throw new StorageError('RATE_LIMITED', 'slow down')
        return inner.receive(...call)
      },
    }))
    await store.sendMessage('orders', 1)
    const consuming = consume(() => undefined)
    await clock.advance(300_000)
    expect(consuming.isDone).toBe(false)
    expect(tries).toBeLessThan(30)
    expect(consuming.faults.every(({ step }) => step === 'receive')).toBe(true)
    isDown = false
    await clock.advance(30_000)
    consuming.stop()
    expect(await consuming.done).toMatchObject({ handled: 1 })
  })

  it('a delete that errs: it is tried again, and the message is not handled again', async () => {
    let failures = 2
    const { clock, store, consume } = await bench((inner) => ({
      delete: async (...call) => {
        if (failures-- > 0) throw new StorageError('UNAVAILABLE', 'flaky')
        return inner.delete(...call)
      },
    }))
    await store.sendMessage('orders', 1)
    let called = 0
    const consuming = consume(() => void called++)
    await clock.advance(60_000)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
    expect(called).toBe(1)
  })
})

describe('a delete whose answer was lost', () => {
  it('was done: the message counts as handled', async () => {
    let isLost = false
    const { clock, store, consume } = await bench((inner) => ({
      delete: async (...call) => {
        await inner.delete(...call)
        if (isLost) return
        isLost = true
        throw new StorageError('UNAVAILABLE', 'lost', { retryable: 'exhausted' })
      },
    }))
    await store.sendMessage('orders', 1)
    const consuming = consume(() => undefined)
    await clock.advance(5000)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
    expect(consuming.faults.map(({ step }) => step)).toEqual(['delete'])
  })
})

describe('what ends consume', () => {
  it.each(['NOT_FOUND', 'PERMISSION_DENIED', 'UNAUTHENTICATED'] as const)(
    '%s of a receive, after the handlers have ended',
    async (code) => {
      let isBroken = false
      const { clock, store, consume } = await bench((inner) => ({
        receive: async (...call) => {
          if (isBroken) throw new StorageError(code, 'no more')
          return inner.receive(...call)
        },
      }))
      await store.sendMessage('orders', 1)
      const { opened, open } = gate()
      const consuming = consume(() => opened, { concurrency: 2 })
      const outcome = failureOf(consuming.done)
      await clock.advance(10)
      isBroken = true
      await clock.advance(5000)
      expect(consuming.isDone).toBe(false)
      open()
      expect(await outcome).toMatchObject({ code, key: 'orders' })
      expect(await store.length('orders')).toBe(0)
      expect(clock.sleepers).toBe(0)
    },
  )

  it('a delete that is denied: without deleting, messages would come for ever', async () => {
    const denied = new StorageError('PERMISSION_DENIED', 'read only')
    const { clock, store, consume } = await bench(() => ({ delete: () => Promise.reject(denied) }))
    await store.sendMessage('orders', 1)
    const consuming = consume(() => undefined)
    const outcome = failureOf(consuming.done)
    await clock.advance(1000)
    expect(await outcome).toMatchObject({ code: 'PERMISSION_DENIED' })
  })

  it('a missing queue, at once', async () => {
    const { clock, store } = await bench()
    const consuming = store.consume('none', () => undefined)
    const outcome = failureOf(consuming)
    await clock.advance(10)
    expect(await outcome).toMatchObject({ code: 'NOT_FOUND', key: 'none' })
  })

  it('a signal that has fired: nothing is received', async () => {
    const { store, consume, calls } = await bench()
    await store.sendMessage('orders', 1)
    calls.length = 0
    const consuming = consume(() => undefined, { signal: AbortSignal.abort() })
    expect(await consuming.done).toEqual(counts({}))
    expect(calls).toEqual([])
  })

  it('a mistake in a backend: a TypeError is not a fault to go on after', async () => {
    const mistake = new TypeError('x is not a function')
    const { consume } = await bench(() => ({ receive: () => Promise.reject(mistake) }))
    await expect(consume(() => undefined).done).rejects.toBe(mistake)
  })

  it('close of the store, which waits for the handlers', async () => {
    const { clock, store, backend, consume } = await bench()
    await store.sendMessage('orders', 1)
    const { opened, open } = gate()
    const consuming = consume(() => opened)
    await clock.advance(100)
    const closing = store.close()
    await clock.advance(100)
    expect((await backend.health()).ok).toBe(true)
    open()
    await closing
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
    expect((await backend.health()).ok).toBe(false)
    await expect(store.consume('orders', () => undefined)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('a stop', () => {
  it('lets running handlers end, and receives no more', async () => {
    const { clock, store, consume } = await bench()
    for (let n = 0; n < 5; n++) await store.sendMessage('orders', n)
    const { opened, open } = gate()
    let signal: AbortSignal | undefined
    const consuming = consume((_message, context) => {
      signal = context.signal
      return opened
    })
    await clock.advance(100)
    consuming.stop()
    await clock.advance(20_000)
    expect([consuming.isDone, signal?.aborted]).toEqual([false, false])
    open()
    expect(await consuming.done).toEqual(counts({ received: 1, handled: 1 }))
    expect(await store.length('orders')).toBe(4)
    expect(clock.sleepers).toBe(0)
  })

  it('aborts handlers after stopTimeoutMs, and gives their messages back at once', async () => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', 1)
    const consuming = consume(
      (_message, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')))
        }),
      { stopTimeoutMs: 2000, maxDequeueCount: 1 },
    )
    await clock.advance(100)
    consuming.stop()
    await clock.advance(1900)
    expect(consuming.isDone).toBe(false)
    await clock.advance(200)
    expect(await consuming.done).toEqual(counts({ received: 1, failed: 1, released: 1 }))
    const [again] = await store.receiveMessages('orders')
    expect(again?.dequeueCount).toBe(2)
  })

  it('does not wait for handlers that hear nothing: their messages come again', async () => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', 1)
    const never = (): Promise<never> => new Promise(() => undefined)
    const consuming = consume(never, { stopTimeoutMs: 1000, visibilitySeconds: 10 })
    await clock.advance(100)
    consuming.stop()
    await clock.advance(2100)
    expect(await consuming.done).toEqual(counts({ received: 1, abandoned: 1 }))
    await clock.advance(10_000)
    expect(await store.receiveMessages('orders')).toHaveLength(1)
    expect(clock.sleepers).toBe(0)
  })

  it('gives back what was received as it came', async () => {
    const slow = gate()
    const { clock, store, consume } = await bench((inner) => ({
      receive: async (...call) => {
        const messages = await inner.receive(...call)
        await slow.opened
        return messages
      },
    }))
    await store.sendMessage('orders', 1)
    let called = 0
    const consuming = consume(() => void called++)
    await clock.advance(100)
    consuming.stop()
    await clock.advance(100)
    slow.open()
    expect(await consuming.done).toEqual(counts({ received: 1, released: 1 }))
    expect(called).toBe(0)
    expect(await store.receiveMessages('orders')).toHaveLength(1)
  })

  it('ends a receive that never answers', async () => {
    const { clock, consume } = await bench(() => ({
      receive: (_queue, options) =>
        new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    }))
    const consuming = consume(() => undefined, { stopTimeoutMs: 1000 })
    await clock.advance(100)
    consuming.stop()
    await clock.advance(1100)
    expect(await consuming.done).toEqual(counts({}))
  })
})

describe('options of consume', () => {
  it.each<[string, unknown, RegExp]>([
    ['an unknown one', { concurency: 2 }, /unknown option "concurency"/],
    ['no concurrency', { concurrency: 0 }, /concurrency is 0/],
    ['a broken visibility', { visibilitySeconds: 1.5 }, /visibilitySeconds/],
    ['a visibility of 0', { visibilitySeconds: 0 }, /visibilitySeconds/],
    ['no most', { maxDequeueCount: 0 }, /maxDequeueCount/],
    ['a poison queue with a bad name', { poisonQueue: 'Poison' }, /capital letter/],
    ['the queue itself as poison queue', { poisonQueue: 'orders' }, /queue itself/],
    ['a delay that is no number', { retryDelaySeconds: 'soon' }, /retryDelaySeconds/],
    ['a delay that is too long', { retryDelaySeconds: 604_801 }, /retryDelaySeconds/],
    ['no idle delay', { idleDelayMsMax: 0 }, /idleDelayMsMax/],
    ['an onError that is none', { onError: 'log' }, /onError/],
    ['a signal that is none', { signal: {} }, /signal/],
  ])('are refused before anything is received: %s', async (_name, options, message) => {
    const { store } = await bench()
    const consuming = store.consume('orders', () => undefined, options as ConsumeOptions)
    await expect(consuming).rejects.toThrow(message)
  })

  it('a name too long for its poison queue asks for one', async () => {
    const { store } = await bench()
    const queue = 'q'.repeat(60)
    await store.createQueue(queue)
    const consuming = store.consume(queue, () => undefined)
    await expect(consuming).rejects.toMatchObject({ code: 'INVALID_KEY' })
    const handler = store.consume('orders', 'handle' as never)
    await expect(handler).rejects.toThrow(/handler is a function/)
  })

  it('an onError that throws changes nothing', async () => {
    const { clock, store, consume } = await bench()
    await store.sendMessage('orders', 1)
    const consuming = consume(fail, { onError: fail, maxDequeueCount: 1 })
    await clock.advance(1000)
    consuming.stop()
    expect(await consuming.done).toEqual(counts({ received: 1, failed: 1, poisoned: 1 }))
  })
})
