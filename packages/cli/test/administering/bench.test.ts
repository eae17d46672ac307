import { expect, it } from 'vitest'
import { quantile } from '../../src/bench/measurement.ts'
import { run, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

it('measures the four operations, and leaves nothing', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  const args = ['bench', './s#lab', '--count', '20', '--size', '2KiB', '--concurrency', '4']
  const result = await run([...args, '--json'], { cwd })
  expect(result.code).toBe(0)
  const records = checkedRecords<{
    operation: string
    objects: number
    objectsPerSecond: number
    bytesPerSecond: number
    latencyMs: { p50: number; p99: number }
  }>('bench', result)
  expect(records.map(({ operation }) => operation)).toEqual(['put', 'get', 'list', 'delete'])
  for (const { objects, latencyMs } of records) {
    expect(objects).toBe(20)
    expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p50)
  }
  const [put] = records
  expect(put!.bytesPerSecond).toBeCloseTo(put!.objectsPerSecond * 2048, 0)
  expect((await run(['ls', '-r', './s'], { cwd })).stdout).toBe('')
})

it('cleans up after Ctrl-C', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  const interruption = new AbortController()
  const { code } = await run(['bench', './s', '--count', '50', '--size', '1KiB'], {
    cwd,
    signal: interruption.signal,
    onWrite: (text) => {
      if (text.startsWith('put ')) interruption.abort(new Error('interrupted'))
    },
  })
  expect(code).toBe(130)
  expect((await run(['ls', '-r', './s'], { cwd })).stdout).toBe('')
})

it('a quantile is a value that was measured', () => {
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  expect([0.5, 0.95, 0.99].map((share) => quantile(ten, share))).toEqual([5, 10, 10])
  expect(quantile([7], 0.5)).toBe(7)
  expect(quantile([], 0.5)).toBe(0)
})
