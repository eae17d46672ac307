/** Copies through this process hold two connections: none waits for those of another for ever. */
import { describe, expect, it } from 'vitest'
import { failureOf, pattern, put, readBytes } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const create = { ifNoneMatch: '*' } as const
/** As Ceph: conditional copies are read and written. */
const behaviour = {
  copySourceConditions: 'ignored',
  copyDestinationConditions: 'ignored',
  completeConditions: 'ignored',
} as const
const body = pattern(1_500_000)

describe('on one connection', () => {
  it('many copies at once are made', async () => {
    const { open } = await simulatedBucket({ behaviour })
    const store = await open({ connectionsMax: 1 })
    await put(store, 'from', body)
    const places = Array.from({ length: 8 }, (_, at) => `to/${at}`)
    await Promise.all(places.map((to) => store.copy('from', to, create)))
    for (const to of places) expect((await readBytes(store, to)).equals(body)).toBe(true)
  })

  it('a stream that is held to a condition is made', async () => {
    const { open } = await simulatedBucket({ behaviour })
    const store = await open({ connectionsMax: 1, singleWriteBytesMax: 1000 })
    async function* source() {
      yield body
    }
    await put(store, 'to', source(), create)
    expect((await readBytes(store, 'to')).equals(body)).toBe(true)
  })
})

it('a copy that is ended while it waits for a connection frees that of its source', async () => {
  const { s3, open } = await simulatedBucket({ behaviour })
  const store = await open({ connectionsMax: 1, smallReadBytesMax: 0 })
  await put(store, 'from', body)
  const stall = { kind: 'stall', at: 'request' } as const
  const rule = s3.script({ operation: 'PutObject', key: 'busy', times: 1, fault: stall })
  let busy: Promise<unknown> | undefined
  const run = async (): Promise<void> => {
    busy = put(store, 'busy', 'x')
    await expect.poll(() => rule.stalled).toBe(1)
  }
  const fault = { kind: 'meanwhile', at: 'answer', run } as const
  const opened = s3.script({ operation: 'GetObject', key: 'from', times: 1, fault })
  const ending = new AbortController()
  const copy = failureOf(store.copy('from', 'to', { ...create, signal: ending.signal }))
  await expect.poll(() => opened.fired).toBe(1)
  // The PUT of the copy waits for the connection of the other one by then.
  await expect.poll(() => busy !== undefined && rule.stalled).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  ending.abort()
  expect(await copy).toMatchObject({ code: 'ABORTED' })
  expect((await readBytes(store, 'from')).equals(body)).toBe(true)
  rule.release()
  await busy
})
