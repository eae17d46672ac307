/** Walks a store through a window of given size, and tells how far its memory grew. */
import { compareKeys } from '@aos-storage/core'
import { nodeFileSystem } from '../../src/file-system.ts'
import { BaseFolder } from '../../src/folder.ts'
import { Walk } from '../../src/walk.ts'

const [, , basePath, windowBytes] = process.argv
const base = new BaseFolder(nodeFileSystem, basePath!)
const walk = new Walk(nodeFileSystem, base, Number(windowBytes))
const scope = { prefix: '', after: '', isAfterPrefix: false, isShallow: false }
const memory = (): number => {
  globalThis.gc!()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
const start = memory()
let most = start
let keys = 0
let last = ''
let isInOrder = true
for await (const run of walk.runs(scope)) {
  for (const { key } of run) {
    isInOrder &&= compareKeys(key, last) > 0
    last = key
    if (++keys % 5000 === 1) most = Math.max(most, memory())
  }
}
// Not whole MiB: the windows differ by one or two.
const grownMiB = Math.round(((most - start) / 2 ** 20) * 100) / 100
const rssMiB = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(JSON.stringify({ keys, isInOrder, grownMiB, rssMiB }))
