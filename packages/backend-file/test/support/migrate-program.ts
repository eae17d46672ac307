/**
 * A process that migrates from one folder to another until it is killed, and says over a pipe what
 * it begins to write and what was written:
 *
 *   ? KEY     begins
 *   ! KEY     is written
 *
 * Arguments: source folder, destination folder, path of the journal, what becomes of the source.
 */
import { writeSync } from 'node:fs'
import { migrate, type StorageBackend } from '@aos-storage/core'
import { FileStorageBackend } from '../../src/index.ts'

const reportDescriptor = 3
const [, , from, to, journal, deleteSource] = process.argv
const source = new FileStorageBackend({ basePath: from!, durability: 'none' })
const inner = new FileStorageBackend({ basePath: to!, durability: 'none' })

function say(line: string): void {
  writeSync(reportDescriptor, `${line}\n`)
}

const destination = new Proxy<StorageBackend>(inner, {
  get(target, name) {
    const member: unknown = Reflect.get(target, name, target)
    if (typeof member !== 'function') return member
    if (name !== 'write') return member.bind(target) as unknown
    return async (...given: Parameters<StorageBackend['write']>) => {
      say(`? ${given[0]}`)
      const info = await target.write(...given)
      say(`! ${given[0]}`)
      return info
    }
  },
})

const report = await migrate(source, destination, {
  journal: journal!,
  concurrency: 8,
  deleteSource: deleteSource === 'verified' ? 'verified' : 'never',
}).done
await Promise.all([source.close(), inner.close()])
if (report.failed > 0) throw new Error(JSON.stringify(report.failures))
