/**
 * Who may read a store on this machine: nobody but its owner, unless it says otherwise. And views
 * within a store: who holds one reaches nothing outside of it.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/file-permissions.ts [folder]
 */
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import { FileStorageBackend } from '@aos-storage/backend-file'

const [folder = mkdtempSync(join(tmpdir(), 'file-permissions-'))] = process.argv.slice(2)

async function modesOf(backend: FileStorageBackend): Promise<string[]> {
  await using storage = new StorageManager(backend)
  await storage.save('sensitive_data/api_keys', { service: 'not for everybody' })
  const file = backend.pathOf('sensitive_data/api_keys')!
  return [file, dirname(file)].map((path) => `0${(statSync(path).mode & 0o777).toString(8)}`)
}

// The default: the owner reads and writes, and nobody else looks into the folder.
const own = new FileStorageBackend({ basePath: join(folder, 'own') })
console.log('private:', await modesOf(own))

// A group of the system that may read, as for a backup that runs under a user of its own.
const modes = { fileMode: 0o640, folderMode: 0o750 }
const shared = new FileStorageBackend({ basePath: join(folder, 'shared'), ...modes })
console.log('read by the group:', await modesOf(shared))

// Each tenant gets a part as a whole store.
const basePath = join(folder, 'service')
await using storage = await StorageManager.open({ storageType: 'file', basePath })
await storage.save('tenants/acme/plan', 'grow')
await storage.save('tenants/other/plan', 'secret')
const acme = storage.within('tenants/acme/')
console.log(await acme.listKeys(), await acme.load('plan'))
await acme.load('../other/plan').catch(({ code }) => console.log('outside:', code))
