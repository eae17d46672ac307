/**
 * A process that runs the crash script and kills itself right before the n-th call that changes
 * something. Says over a pipe how many steps were acknowledged. Arguments: base path, n.
 */
import { writeSync } from 'node:fs'
import { FileStorageBackend } from '../../src/index.ts'
import { script } from './crash-script.ts'
import { type FileCall, isChanging, watchedFileSystem } from './watched-file-system.ts'

const reportDescriptor = 3
const [, , basePath, deathCall] = process.argv
/** So long that, of writes side by side, the thread pool makes files and renames them. */
const slowMs = 0.2
const pooled = { open: 0, rename: 0 }
let calls = 0
const fileSystem = watchedFileSystem((call, proceed) => {
  if (isChanging(call) && ++calls === Number(deathCall)) process.kill(process.pid, 'SIGKILL')
  if (call.name === 'renameSync' || (call.name === 'openSync' && isNewFile(call))) wait(slowMs)
  if (call.name === 'rename' || (call.name === 'open' && isNewFile(call))) pooled[call.name]++
  return proceed()
})

function isNewFile({ path }: FileCall): boolean {
  return path.includes('/.aos/tmp/')
}

function wait(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

const store = new FileStorageBackend({ basePath: basePath!, fileSystem })
for (const step of script) {
  await step.run(store)
  writeSync(reportDescriptor, '+')
}
if (pooled.open === 0 || pooled.rename === 0) throw new Error('nothing was left to the pool')
