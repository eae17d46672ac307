/** Bodies: read on where they were cut, of one version or not at all, without a socket to keep. */
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { isStorageError, StorageError } from '../../src/index.ts'
import { RemoteBody } from '../../src/remote/index.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/index.ts'
import { ShopError, shopFailures } from './support/shop.ts'

const idleMsMax = 1000
/** Each byte is its position. */
const stored = Buffer.from(Array.from({ length: 200 }, (_, at) => at))
const reset = new ShopError({ code: 'ECONNRESET' })

/** What a connection does after its bytes. */
type Ending = 'end' | 'silence' | Error

/** A connection that gives the bytes from a position on, at most `bytes` of them. */
function connection(position: number, bytes: number, ending: Ending): Readable {
  let isGiven = false
  return new Readable({
    read() {
      if (!isGiven && bytes > 0) {
        isGiven = true
        this.push(stored.subarray(position, position + bytes))
        return
      }
      if (ending === 'end') this.push(null)
      else if (ending !== 'silence') this.destroy(ending)
    },
  })
}

interface Opened {
  readonly body: RemoteBody
  readonly clock: VirtualClock
  /** Where connections were opened after the first. */
  readonly positions: number[]
  readonly sources: Readable[]
  readonly ends: () => number
  /** All that is read, or the error. */
  readonly read: () => Promise<Buffer | StorageError>
}

/** A body of the bytes 10 to 110. `next` makes the nth connection after the first. */
function open(
  first: { readonly bytes: number; readonly ending: Ending },
  next: (position: number, nth: number) => Readable | Error = (position) =>
    connection(position, 110 - position, 'end'),
  signal?: AbortSignal,
): Opened {
  const clock = virtualClock()
  const positions: number[] = []
  const sources = [connection(10, first.bytes, first.ending)]
  let ends = 0
  const body = new RemoteBody({
    backend: 'shop',
    failures: shopFailures,
    key: 'doc',
    start: 10,
    end: 110,
    source: sources[0]!,
    async reopen(position) {
      positions.push(position)
      const opened = next(position, positions.length)
      if (opened instanceof Error) throw opened
      sources.push(opened)
      return opened
    },
    clock,
    idleMsMax,
    signal,
    onEnd: () => ends++,
  })
  const read = async (): Promise<Buffer | StorageError> => {
    const chunks: Uint8Array[] = []
    try {
      for await (const chunk of body) chunks.push(chunk)
      return Buffer.concat(chunks)
    } catch (error) {
      if (isStorageError(error)) return error
      throw error
    }
  }
  return { body, clock, positions, sources, ends: () => ends, read }
}

const whole = stored.subarray(10, 110)

describe('a body', () => {
  it('is read in one go where nothing goes wrong, and ends once', async () => {
    const opened = open({ bytes: 100, ending: 'end' })
    expect(await opened.read()).toEqual(whole)
    expect(opened.positions).toEqual([])
    expect(opened.ends()).toBe(1)
    await opened.clock.advance(0)
    expect(opened.clock.sleepers).toBe(0)
    expect(opened.sources.every(({ destroyed }) => destroyed)).toBe(true)
  })

  it.each([
    ['by the network', reset],
    ['without a code', new Error('aborted')],
    ['by an early end', 'end'],
  ] as const)('that is cut %s, even before its first byte, comes whole', async (_, ending) => {
    for (const bytes of [0, 1, 99]) {
      const opened = open({ bytes, ending })
      expect(await opened.read()).toEqual(whole)
      expect(opened.positions).toEqual([10 + bytes])
    }
  })

  it('goes on as long as each connection gives something', async () => {
    const opened = open({ bytes: 1, ending: reset }, (position) => connection(position, 1, reset))
    expect(await opened.read()).toEqual(whole)
    expect(opened.positions).toHaveLength(99)
  })

  it.each([
    ['the network', reset, 'The shop failed (ECONNRESET)'],
    ['no code', new Error('aborted'), 'The body was cut at byte 30 of 110; read it again'],
    ['an early end', 'end', 'The body was cut at byte 30 of 110; read it again'],
  ] as const)('fails after four connections without a byte: %s', async (_, ending, message) => {
    const opened = open({ bytes: 20, ending }, (position) => connection(position, 0, ending))
    const error = await opened.read()
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message, backend: 'shop', key: 'doc' })
    expect(opened.positions).toEqual([30, 30, 30, 30])
    expect(opened.ends()).toBe(1)
  })

  it.each([404, 412, 416])('of which another version is there now (%s) is told', async (status) => {
    const opened = open({ bytes: 20, ending: reset }, () =>
      shopFailures.toStorageError(new ShopError({ status }), {
        backend: 'shop',
        operation: 'read',
      }),
    )
    expect(await opened.read()).toMatchObject({
      code: 'CONFLICT',
      retryable: 'yes',
      backend: 'shop',
      operation: 'read',
      key: 'doc',
      cause: { status },
    })
  })

  it('that cannot be opened again fails as that did', async () => {
    const denied = new StorageError('PERMISSION_DENIED', 'no')
    const opened = open({ bytes: 20, ending: reset }, () => denied)
    expect(await opened.read()).toMatchObject({ code: 'PERMISSION_DENIED', operation: 'read' })
  })
})

describe('silence', () => {
  it('of the service is a cut, and a TIMEOUT when it goes on', async () => {
    const once = open({ bytes: 20, ending: 'silence' })
    const read = once.read()
    await once.clock.advance(idleMsMax)
    expect(await read).toEqual(whole)
    expect(once.positions).toEqual([30])
    const always = open({ bytes: 20, ending: 'silence' }, (at) => connection(at, 0, 'silence'))
    const failed = always.read()
    await always.clock.runUntilIdle()
    expect(await failed).toMatchObject({ code: 'TIMEOUT', retryable: 'exhausted', key: 'doc' })
  })

  it('of the reader gives the socket back, and it reads on all the same', async () => {
    const opened = open({ bytes: 100, ending: 'end' })
    await opened.clock.advance(idleMsMax)
    expect(opened.sources[0]).toMatchObject({ destroyed: true, errored: null })
    expect(opened.clock.sleepers).toBe(0)
    expect(await opened.read()).toEqual(whole)
    expect(opened.positions).toEqual([10])
    expect(opened.ends()).toBe(1)
  })
})

describe('a body ends', () => {
  const isLetGo = ({ sources, clock, ends }: Opened): boolean =>
    sources[0]!.destroyed && clock.sleepers === 0 && ends() === 1

  it('when it is cancelled, also twice', async () => {
    const opened = open({ bytes: 20, ending: 'silence' })
    await opened.body.cancel()
    await opened.body.cancel()
    expect(isLetGo(opened)).toBe(true)
    expect(await opened.read()).toEqual(Buffer.alloc(0))
  })

  it('when its store is closed, which who reads on is told', async () => {
    const opened = open({ bytes: 20, ending: 'silence' })
    const read = opened.read()
    await opened.clock.advance(1)
    opened.body.closeStore()
    const error = await read
    expect(error).toMatchObject({ code: 'CLOSED', backend: 'shop', operation: 'read', key: 'doc' })
    expect((error as StorageError).message).toBe('This Shop store was closed; open it again')
    await opened.clock.advance(0)
    expect(isLetGo(opened)).toBe(true)
  })

  it('when the signal fires, and at once when it had fired', async () => {
    const controller = new AbortController()
    const opened = open({ bytes: 20, ending: 'silence' }, undefined, controller.signal)
    const read = opened.read()
    await opened.clock.advance(1)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await read).toMatchObject({ code: 'ABORTED', cause: reason })
    expect(opened.ends()).toBe(1)
    const late = open({ bytes: 20, ending: 'silence' }, undefined, controller.signal)
    expect(late.sources[0]!.destroyed).toBe(true)
    expect(await late.read()).toMatchObject({ code: 'ABORTED', cause: reason })
  })

  it('while it is opened again: that connection is let go as well', async () => {
    const opened: Opened = open({ bytes: 20, ending: reset }, (position) => {
      void opened.body.cancel()
      return connection(position, 80, 'silence')
    })
    expect(await opened.read()).toEqual(stored.subarray(10, 30))
    expect(opened.sources.map(({ destroyed }) => destroyed)).toEqual([true, true])
    expect(opened.ends()).toBe(1)
  })
})
