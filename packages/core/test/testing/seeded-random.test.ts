import { expect, test } from 'vitest'
import { seededRandom } from '../../src/testing/index.ts'

test('the same seed gives the same values', () => {
  const draw = (seed: number): unknown[] => {
    const random = seededRandom(seed)
    return [random.next(), random.integer(1000), random.id(), random.bytes(4), random.pick([1, 2])]
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

test('values are spread over their range', () => {
  const random = seededRandom(1)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let at = 0; at < 10_000; at++) counts[random.integer(10)]!++
  for (const count of counts) expect(count).toBeGreaterThan(800)
})

test('ids look like UUIDs and do not repeat', () => {
  const random = seededRandom(1)
  const ids = new Set(Array.from({ length: 1000 }, () => random.id()))
  expect(ids.size).toBe(1000)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('shuffle keeps every value', () => {
  const values = Array.from({ length: 50 }, (_, at) => at)
  const shuffled = seededRandom(3).shuffle(values)
  expect(shuffled).not.toEqual(values)
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(values)
})
