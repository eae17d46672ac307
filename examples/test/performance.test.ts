/** Caching, batches and compression: what the programs print, and what they leave on the disk. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { runTwice } from './support/program.ts'

it('caching.ts asks the store only when it must, and gives nothing that is too old', async () => {
  const folder = await runTwice(
    'caching',
    `Two loads: 1 asked, 0 of them unchanged
Half a minute later: 1 asked, 1 of them unchanged
Changed by another process: { name: 'Ada' } 1 asked, 0 of them unchanged
100 bytes hold four: 1 asked, 0 of them unchanged
`,
  )
  await using storage = await StorageManager.open({ storageType: 'file', basePath: folder })
  expect(await storage.load('agents/ceo')).toEqual({ name: 'Ada' })
})

it('batch.ts saves, loads and deletes many, each with a result of its own', async () => {
  const folder = await runTwice(
    'batch',
    `100 saved
metrics//performance INVALID_KEY Key "metrics//performance" has an empty segment ("//"); \
join segments with a single "/"
metrics/performance/002 2
metrics/performance/100 2
metrics/performance/101 NOT_FOUND
90 deleted
10 left
`,
  )
  const left = readdirSync(join(folder, 'metrics/performance'))
  expect(left).toEqual(
    Array.from({ length: 10 }, (_, at) => `${String(at + 91).padStart(3, '0')}.json`),
  )
})

it('compression.ts stores less, and reads a part without the rest', async () => {
  const folder = await runTwice(
    'compression',
    `828891 bytes, as they were: 20000 { id: 19999, note: 'Revenue is on plan.' }
a tenth of that or less is stored: true
,{"id":19999,"note":"Revenue is on plan."}]
65536
13000
`,
  )
  const [file] = readdirSync(join(folder, 'training_data/ceo'))
  const { size } = statSync(join(folder, 'training_data/ceo', file!))
  expect(size).toBeLessThan(82_889)
  expect(size).toBeGreaterThan(1000)
})
