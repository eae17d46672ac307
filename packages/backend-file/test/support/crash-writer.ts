/**
 * A process that runs the crash script and kills itself right before the n-th call that changes
 * something. Says over a pipe how many steps were acknowledged. Arguments: base path, n.
 */
import { writeSync } from 'node:fs'
import { FileStorageBackend } from '../../src/index.ts'
import { script } from './crash-script.ts'
import { isChanging, watchedFileSystem } from './watched-file-system.ts'

const reportDescriptor = 3
const [, , basePath, deathCall] = process.argv
let calls = 0
const fileSystem = watchedFileSystem((call, proceed) => {
  if (isChanging(call) && ++calls === Number(deathCall)) process.kill(process.pid, 'SIGKILL')
  return proceed()
})
const store = new FileStorageBackend({ basePath: basePath!, fileSystem })
for (const step of script) {
  await step.run(store)
  writeSync(reportDescriptor, '+')
}
