/** Requests: what is sent again and when, what is told in the end, and what ends them. */
import { describe, expect, it } from 'vitest'
import { isStorageError, StorageError } from '../../src/index.ts'
import { type Request, Requests } from '../../src/remote/index.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/index.ts'
import { ShopError, shopFailures } from './support/shop.ts'

const patience = {
  attemptsMax: 3,
  retryDelayMs: 100,
  retryDelayMsMax: 10_000,
  requestMsMax: 5000,
}
const place = { backend: 'shop', operation: 'write', key: 'doc' }
const lost = new ShopError({ code: 'ECONNRESET' })
const busy = new ShopError({ status: 429 })
const refused = new ShopError({ status: 412 })

interface Shop {
  readonly clock: VirtualClock
  readonly requests: Requests
  /** When each try was sent. */
  readonly sentMs: number[]
  /** Throws the failures one by one, then answers. */
  readonly send: (
    failures: readonly unknown[],
    rest?: Partial<Request<string>>,
  ) => Promise<string | StorageError>
}

/** A pause is half of the longest that it may be. */
function shop(): Shop {
  const clock = virtualClock()
  const requests = new Requests(patience, shopFailures, clock, { next: () => 0.5, id: () => 'id' })
  const sentMs: number[] = []
  const send: Shop['send'] = (failures, rest = {}) => {
    const left = [...failures]
    const outcome = requests.send({
      ...place,
      async send() {
        sentMs.push(clock.monotonicMs())
        if (left.length > 0) throw left.shift() as Error
        return 'answer'
      },
      ...rest,
    })
    return outcome.catch((error: unknown) => {
      if (isStorageError(error)) return error
      throw error
    })
  }
  return { clock, requests, sentMs, send }
}

/** A try that is never answered, and ends when its signal fires. */
function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true })
  })
}

describe('what failed', () => {
  it('is sent again after a random pause, which doubles', async () => {
    const { clock, sentMs, send } = shop()
    const outcome = send([lost, lost])
    await clock.runUntilIdle()
    expect(await outcome).toBe('answer')
    expect(sentMs).toEqual([0, 50, 150])
  })

  it('is exhausted after the last try', async () => {
    const { clock, sentMs, send } = shop()
    const outcome = send([lost, lost, lost])
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted', ...place })
    expect(sentMs).toHaveLength(3)
  })

  it('waits as long as the service asks, unless that is longer than we may', async () => {
    const { clock, sentMs, send } = shop()
    const outcome = send([new ShopError({ status: 429, retryAfterMs: 2000 })])
    await clock.runUntilIdle()
    expect(await outcome).toBe('answer')
    expect(sentMs).toEqual([0, 2050])
    const hours = await send([new ShopError({ status: 429, retryAfterMs: 3_600_000 })])
    expect(hours).toMatchObject({ code: 'RATE_LIMITED', retryable: 'exhausted' })
    expect(sentMs).toHaveLength(3)
  })

  it('and lasts, is not worth another try, is a mistake of the program: told at once', async () => {
    const { sentMs, send } = shop()
    const lasting = await send([new ShopError({ code: 'ShopIsMoving' })])
    expect(lasting).toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
    expect(await send([refused])).toMatchObject({ code: 'PRECONDITION_FAILED', ...place })
    const own = new StorageError('LOCKED', 'x')
    expect(await send([own])).toMatchObject({ code: 'LOCKED', retryable: 'yes', ...place })
    await expect(send([new TypeError('x is undefined')])).rejects.toThrow(TypeError)
    expect(sentMs).toHaveLength(4)
  })
})

describe('a lost answer', () => {
  const conditions = { ifMatch: 'v1' }

  it('leaves a conditional change open when it is refused later', async () => {
    const { clock, send } = shop()
    const outcome = send([lost, refused], { conditions })
    await clock.runUntilIdle()
    const error = await outcome
    expect(error).toMatchObject({ code: 'PRECONDITION_FAILED', retryable: 'no' })
    expect((error as StorageError).message).toContain('the outcome is open')
  })

  it.each([
    ['busy', busy],
    ['not there', new ShopError({ code: 'ECONNREFUSED' })],
    ['overloaded', new ShopError({ status: 503 })],
    ['a refusal that may pass', new ShopError({ status: 409 })],
  ])('is none where the service was %s: it did nothing', async (_, failure) => {
    const { clock, send } = shop()
    const outcome = send([failure, refused], { conditions })
    await clock.runUntilIdle()
    const error = await outcome
    expect(error).toMatchObject({ code: 'PRECONDITION_FAILED' })
    expect((error as StorageError).message).not.toContain('open')
  })

  it('may be that of a try that the client made by itself', async () => {
    const { send } = shop()
    const resent = new ShopError({ status: 412, isResent: true })
    const seen: unknown[] = []
    const onRefused = async (error: StorageError, before: StorageError | undefined) => {
      seen.push(error.code, before?.code)
      return 'ours'
    }
    expect(await send([resent], { onRefused })).toBe('ours')
    expect(await send([refused], { onRefused })).toBe('ours')
    const refusal = 'PRECONDITION_FAILED'
    expect(seen).toEqual([refusal, refusal, refusal, undefined])
  })

  it('is told to the next try, and to who is asked about a refusal', async () => {
    const { clock, requests } = shop()
    const seen: unknown[] = []
    const outcome = requests.send<string>({
      ...place,
      async send(_signal, before) {
        seen.push(before?.code)
        throw before === undefined ? lost : refused
      },
      async onRefused(error, before) {
        seen.push(error.code, before?.code)
        return 'ours'
      },
    })
    await clock.runUntilIdle()
    expect(await outcome).toBe('ours')
    expect(seen).toEqual([undefined, 'UNAVAILABLE', 'PRECONDITION_FAILED', 'UNAVAILABLE'])
  })
})

describe('a try', () => {
  it('that is late ends, and is sent again', async () => {
    const { clock, sentMs, send } = shop()
    let tries = 0
    const outcome = send([], {
      send: (signal) => {
        sentMs.push(clock.monotonicMs())
        return ++tries === 1 ? silence(signal) : Promise.resolve('answer')
      },
    })
    await clock.runUntilIdle()
    expect(await outcome).toBe('answer')
    expect(sentMs).toEqual([0, 5050])
  })

  it('that never settles, whatever its signal says, is late all the same', async () => {
    const { clock, sentMs, send } = shop()
    const outcome = send([], {
      send: () => {
        sentMs.push(clock.monotonicMs())
        return new Promise(() => undefined)
      },
    })
    await clock.runUntilIdle()
    expect(await outcome).toMatchObject({ code: 'TIMEOUT', retryable: 'exhausted', ...place })
    expect(sentMs).toEqual([0, 5050, 10_150])
  })

  it('has a second more for each 128 KiB, and tells its service when it is late', async () => {
    const { clock, send } = shop()
    const outcome = send([], { bytes: 256 * 1024, send: silence })
    const passedMs = await clock.runUntilIdle()
    expect(passedMs).toBe(3 * 7000 + 50 + 100)
    const error = await outcome
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: 'exhausted', ...place })
    expect((error as StorageError).message).toMatch(/^Shop did not answer within 7000 ms; /)
  })
})

describe.each([
  ['sent', { send: silence }],
  ['sent by what heeds no signal', { send: () => new Promise<never>(() => undefined) }],
  ['waiting for the next try', {}],
])('a request that is %s', (_, how) => {
  const begin = ({ send }: Shop, signal?: AbortSignal): Promise<unknown> =>
    send([lost, lost, lost], { ...how, signal })

  it('ends when the signal of the caller fires', async () => {
    const opened = shop()
    const controller = new AbortController()
    const outcome = begin(opened, controller.signal)
    await opened.clock.advance(1)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await outcome).toMatchObject({ code: 'ABORTED', cause: reason, ...place })
  })

  it('ends when its store is closed, and leaves no timer', async () => {
    const opened = shop()
    const outcome = begin(opened)
    await opened.clock.advance(1)
    expect(opened.requests.isClosed).toBe(false)
    opened.requests.close()
    expect(await outcome).toMatchObject({ code: 'CLOSED', ...place })
    expect(opened.requests.isClosed).toBe(true)
    await opened.clock.advance(0)
    expect(opened.clock.sleepers).toBe(0)
  })
})

it('sends nothing once closed, or for a signal that had fired', async () => {
  const { requests, sentMs, send } = shop()
  expect(await send([], { signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED' })
  requests.close()
  const error = await send([])
  expect(error).toMatchObject({ code: 'CLOSED', ...place })
  expect((error as StorageError).message).toBe('This Shop store was closed; open it again')
  expect(sentMs).toEqual([])
})

it('rests as before another try', async () => {
  const { clock, requests } = shop()
  const rested = requests.rest(3, {})
  expect(await clock.runUntilIdle()).toBe(200)
  await rested
})
