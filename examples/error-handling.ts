/**
 * What can go wrong, and what a program does about it: errors have codes, and tell the fix. A
 * missing key is an answer where it is expected; a mistake in the program is no storage error.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/error-handling.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isStorageError, StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'error-handling-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })

// Where it may be missing, say what it is then.
console.log(await storage.load('settings/theme', { default: 'light' }))
console.log(await storage.find('settings/language'))

async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // Ours, by its code; everything else is a mistake, and goes on to whoever mends programs.
    if (!isStorageError(error)) {
      console.log('a mistake in the program:', (error as Error).message)
    } else if (error.code === 'NOT_FOUND') {
      console.log('missing:', error.key)
    } else if (error.retryable === 'yes') {
      console.log('may succeed later:', error.code)
    } else {
      console.log(`${error.code}: ${error.message}`)
    }
  }
}
await attempt(() => storage.load('settings/font'))
await attempt(() => storage.save('/settings', 1))
await attempt(() => storage.save('settings/hooks', { onSave: () => undefined }))
await attempt(() => storage.load('settings/font', { signal: AbortSignal.abort() }))
// @ts-expect-error -- no option has this name, and it does not compile.
await attempt(() => storage.load('settings/font', { defualt: 'serif' }))
