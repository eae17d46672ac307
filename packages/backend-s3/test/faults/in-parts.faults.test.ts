/** A body that is read in parts while its object changes: one version whole, or a CONFLICT. */
import type { BodyStream, ReadResult } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { pattern } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const settings = { smallReadBytesMax: 0, readPartBytes: 100_000, readConcurrency: 3 }
const bytes = 1_000_000

async function drain({ body }: ReadResult): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body as BodyStream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('an object that meanwhile', () => {
  it.each<[string, Uint8Array | undefined]>([
    ['is overwritten', pattern(bytes, 1)],
    ['is overwritten by a shorter one', pattern(50)],
    ['is overwritten by an empty one', new Uint8Array()],
    ['is overwritten by a longer one', pattern(bytes * 2, 1)],
    ['is deleted', undefined],
  ])('%s is told, not mixed, and can be read again', async (_, now) => {
    const { s3, name, open } = await simulatedBucket({}, settings)
    const store = await open()
    s3.put(name, 'doc', pattern(bytes))
    const result = await store.read('doc')
    if (now === undefined) s3.delete(name, 'doc')
    else s3.put(name, 'doc', now)
    await expect(drain(result)).rejects.toMatchObject({
      ...{ code: 'CONFLICT', retryable: 'yes', key: 'doc', operation: 'read', backend: 's3' },
      message: expect.stringContaining('readConcurrency: 1') as string,
    })
    if (now === undefined || now.byteLength === 0) return
    expect((await drain(await store.read('doc'))).equals(now)).toBe(true)
  })

  it('is overwritten while its last part is on its way is what was opened', async () => {
    const { s3, name, open } = await simulatedBucket({}, settings)
    const store = await open()
    s3.put(name, 'doc', pattern(250_000))
    const stall = { kind: 'stall', at: 'body', afterBytes: 10 } as const
    const rule = s3.script({ operation: 'GetObject', after: 2, times: 1, fault: stall })
    const reading = store.read('doc').then(drain)
    await expect.poll(() => rule.stalled).toBe(1)
    s3.put(name, 'doc', pattern(250_000, 1))
    rule.release()
    expect((await reading).equals(pattern(250_000))).toBe(true)
  })

  it('is overwritten all the time is never mixed', async () => {
    const { s3, name, open } = await simulatedBucket({}, settings)
    const store = await open()
    s3.put(name, 'doc', pattern(bytes, 0))
    let version = 0
    const run = (): void => void s3.put(name, 'doc', pattern(bytes, ++version % 8))
    const fault = { kind: 'meanwhile', at: 'answer', run } as const
    s3.script({ operation: 'GetObject', probability: 0.03, fault })
    let whole = 0
    let told = 0
    for (let round = 0; round < 40; round++) {
      const found = await store
        .read('doc')
        .then(drain)
        .catch((error: unknown) => error)
      if (found instanceof Buffer) {
        whole += 1
        expect(found.equals(pattern(bytes, markOf(found)))).toBe(true)
      } else {
        told += 1
        expect(found).toMatchObject({ code: 'CONFLICT' })
      }
    }
    expect(whole).toBeGreaterThan(0)
    expect(told).toBeGreaterThan(0)
  })
})

/** Which version begins so. */
function markOf(found: Buffer): number {
  return [0, 1, 2, 3, 4, 5, 6, 7].find((mark) => pattern(1, mark)[0] === found[0])!
}

it('no more parts than asked for are on their way, and none after the reader left', async () => {
  const { s3, name, open } = await simulatedBucket({}, settings)
  const store = await open()
  s3.put(name, 'doc', pattern(bytes))
  const stall = { kind: 'stall', at: 'answer' } as const
  const rule = s3.script({ operation: 'GetObject', after: 1, fault: stall })
  const { body } = await store.read('doc')
  const iterator = (body as BodyStream)[Symbol.asyncIterator]()
  await iterator.next()
  await expect.poll(() => rule.stalled).toBe(2)
  const rest = iterator.next()
  expect(rule.fired).toBe(2)
  await (body as BodyStream).cancel()
  await expect.poll(() => rule.stalled).toBe(0)
  await rest.catch(() => undefined)
  expect(rule.fired).toBe(2)
})
