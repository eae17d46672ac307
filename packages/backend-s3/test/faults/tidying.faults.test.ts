/** What a store tidies up after a failure: also when it is closed meanwhile, for some seconds. */
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import { Bucket } from '../../src/bucket.ts'

const place = { operation: 'write', key: 'doc' }

function newBucket() {
  const clock = virtualClock()
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
  const bucket = new Bucket({ bucket: 'data', region: 'eu-central-1', credentials, clock })
  return { clock, bucket }
}

/** Silent until its signal fires. */
function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true })
  })
}

describe('tidying up', () => {
  it('leaves no timer', async () => {
    const { clock, bucket } = newBucket()
    await bucket.tidy(place, async () => 'done')
    await bucket.close()
    await clock.advance(0)
    expect(clock.sleepers).toBe(0)
  })

  it('that is under way goes out again when the store is closed, which waits for it', async () => {
    const { clock, bucket } = newBucket()
    let sent = 0
    let done = false
    const tidying = bucket.tidy(place, async (signal) => {
      if (++sent === 1) await silence(signal)
      await clock.sleep(1000, signal)
      done = true
    })
    await clock.advance(10)
    const closing = bucket.close().then(() => done)
    await clock.advance(1000)
    expect(await closing).toBe(true)
    await tidying
    expect([sent, clock.sleepers]).toEqual([2, 0])
  })

  it('has five seconds, before and behind a close, and never throws', async () => {
    for (const isClosed of [false, true]) {
      const { clock, bucket } = newBucket()
      if (isClosed) await bucket.close()
      const tidying = bucket.tidy(place, silence)
      await clock.advance(5000)
      await tidying
      await clock.advance(0)
      expect(clock.sleepers).toBe(0)
      await bucket.close()
    }
  })

  it('has five seconds in all behind a close, however much there is', async () => {
    const { clock, bucket } = newBucket()
    const tidying = bucket.hold(
      (async () => {
        for (let at = 0; at < 3; at++) await bucket.tidy(place, silence)
      })(),
    )
    await clock.advance(10)
    const closing = bucket.close()
    await clock.advance(5000)
    await closing
    await tidying
    await clock.advance(0)
    expect(clock.sleepers).toBe(0)
  })
})
