import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openHandles, settledHandles } from '../../src/testing/index.ts'

test.skipIf(process.platform !== 'linux')('an open file counts until it is closed', async () => {
  const before = openHandles().count
  const file = await open('/dev/null')
  expect(openHandles().count).toBe(before + 1)
  await file.close()
  expect((await settledHandles(before)).count).toBe(before)
})

test('waiting for handles ends, whether they come down or not', async () => {
  const { count } = await settledHandles(-1, 20)
  expect(count).toBeGreaterThanOrEqual(0)
})
