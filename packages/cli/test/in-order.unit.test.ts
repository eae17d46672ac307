import { expect, it } from 'vitest'
import { inOrder } from '../src/in-order.ts'

const { signal } = new AbortController()

it('gives results in the order of the items, and has no more under way than it may', async () => {
  let [underWay, most] = [0, 0]
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++underWay)
    for (let turn = 0; turn < 10 - item; turn++) await Promise.resolve()
    underWay--
    return item
  }
  const results = await Array.fromAsync(
    inOrder([1, 2, 3, 4, 5, 6, 7, 8], { concurrency: 3, signal }, work),
  )
  expect(results).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(most).toBe(3)
})

it('tells those under way when one failed or nobody takes more, and waits', async () => {
  for (const isFailing of [true, false]) {
    const ended: number[] = []
    const work = async (item: number, told: AbortSignal): Promise<number> => {
      if (item === 1 && isFailing) throw new Error('one failed')
      if (item === 1) return item
      await new Promise<void>((resolve) => {
        told.addEventListener('abort', () => resolve(), { once: true })
      })
      ended.push(item)
      return item
    }
    const taking = async (): Promise<void> => {
      for await (const _ of inOrder([1, 2, 3], { concurrency: 3, signal }, work)) break
    }
    const failure = await taking().catch((error: unknown) => (error as Error).message)
    expect(failure).toBe(isFailing ? 'one failed' : undefined)
    expect(ended).toEqual([2, 3])
  }
})
