/**
 * The folder that the stores of a run are made in: below the data folder, so that the disk that is
 * tested is the one that is used.
 *
 *     playground-data/conformance/PID-XXXXXX/
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Within the data folder. */
export const runFoldersName = 'conformance'
/** Processes that were killed may write a moment longer. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const

/** Makes a folder for one run; first removes what a server that was killed left behind. */
export async function makeRunFolder(dataFolder: string): Promise<string> {
  const parent = join(dataFolder, runFoldersName)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  for (const name of await readdir(parent)) {
    if (!isAlive(Number.parseInt(name, 10))) await rm(join(parent, name), removal)
  }
  return mkdtemp(join(parent, `${process.pid}-`))
}

export async function removeRunFolder(folder: string): Promise<void> {
  await rm(folder, removal)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is alive all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
