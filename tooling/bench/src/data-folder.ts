/**
 * The folder in which all rivals of a suite keep their data.
 *
 * ext4 does not give the inode of a deleted file to a new one for minutes, and looks past each of
 * them when it makes a file: where thousands were just deleted, a new file takes a millisecond
 * instead of 20 microseconds. So rounds would slow down those that come after them. With the
 * attribute T, folders in this one lie in different regions of the disk, apart from each other.
 */
import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Makes an empty folder below `parent`, spread where the file system can do that. */
export async function makeDataFolder(parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'aos-bench-'))
  // Other file systems and systems do not know the attribute, or the need for it.
  await promisify(execFile)('chattr', ['+T', folder]).catch(() => undefined)
  return folder
}
