/** A file store that is only read must be there: a misspelt path is no empty store. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BackendProvider, StorageConfig } from '@aos-storage/core'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'

/** @throws CommandFailure when the store is a folder that does not exist. */
export async function assertFolder(config: StorageConfig, cwd: string): Promise<void> {
  const path = folderOf(config)
  if (path === undefined) return
  try {
    await stat(resolve(cwd, path))
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return
    throw new CommandFailure(
      exitCodes.notFound,
      `There is no folder ${path}`,
      'Writing to a store makes its folder; reading does not',
    )
  }
}

/** Of what opens files; undefined for all else, and for what the backend will refuse. */
function folderOf(config: StorageConfig): string | undefined {
  if (config instanceof URL) {
    if (config.protocol !== 'file:') return undefined
    const url = new URL(config)
    url.search = ''
    try {
      return fileURLToPath(url)
    } catch {
      return undefined
    }
  }
  const { provider, basePath } = config as { provider?: BackendProvider; basePath?: unknown }
  return provider?.storageType === 'file' && typeof basePath === 'string' ? basePath : undefined
}
