/**
 * A local file that is there whole or not at all.
 *
 * ```
 *   .aos-storage-ID.part  written ─► synced ─► renamed to its name ─► folder synced
 * ```
 *
 * Whatever happens before the rename leaves what stood there; only an end without warning leaves
 * the `.part`: `kill -9`.
 */
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemRandom } from '@aos-storage/core'
import { local } from './local-failure.ts'

export interface WholeFileOptions {
  /** Fails where something stands already. */
  readonly isCreateOnly: boolean
  /** Its permissions; by default those that new files get here. */
  readonly mode?: number | undefined
}

export async function writeWhole(
  path: string,
  body: AsyncIterable<Uint8Array>,
  { isCreateOnly, mode }: WholeFileOptions,
): Promise<void> {
  const draft = join(dirname(path), `.aos-storage-${systemRandom.id()}.part`)
  const file = await local(path, () => open(draft, 'wx'))
  try {
    try {
      for await (const chunk of body) await local(path, () => writeAll(file, chunk))
      await local(path, async () => {
        if (mode !== undefined) await file.chmod(mode)
        await file.sync()
      })
    } finally {
      await file.close()
    }
    // A link does not replace what is there, in one step.
    await local(path, () => (isCreateOnly ? link(draft, path) : rename(draft, path)))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  if (isCreateOnly) await rm(draft, { force: true })
}

/** Makes renames in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return
  await local(path, async () => {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  })
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0
  while (at < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, at, chunk.byteLength - at)
    at += bytesWritten
  }
}
