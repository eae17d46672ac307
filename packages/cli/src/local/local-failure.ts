/** What the file system of this host refuses, in words. */
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { printableLine } from '../output/printable.ts'

interface Told {
  readonly text: string
  readonly exitCode?: ExitCode
  readonly concernsAll?: boolean
}

const reasons: Readonly<Record<string, Told>> = {
  ENOENT: { text: 'there is no such file or folder', exitCode: exitCodes.notFound },
  EEXIST: { text: 'it exists already', exitCode: exitCodes.conflict },
  EACCES: { text: 'it may not be read or written', exitCode: exitCodes.denied },
  EPERM: { text: 'it may not be changed', exitCode: exitCodes.denied },
  EISDIR: { text: 'it is a folder' },
  ENOTDIR: { text: 'a file is where a folder should be' },
  ENAMETOOLONG: { text: 'the name is too long for the disk' },
  ELOOP: { text: 'its links lead in a circle' },
  ENOSPC: { text: 'the disk is full', concernsAll: true },
  EDQUOT: { text: 'the quota of the disk is used up', concernsAll: true },
  EROFS: { text: 'the disk may only be read', concernsAll: true },
  EIO: { text: 'the disk reports an error', concernsAll: true },
}

export function localFailure(path: string, error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return error
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined
  const { text, exitCode = exitCodes.failed, concernsAll = false } = reason ?? { text: code }
  return new CommandFailure(exitCode, `${printableLine(path)}: ${text}`, undefined, concernsAll)
}

/** Work on the file system, whose failures are told with `path`. */
export async function local<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw localFailure(path, error)
  }
}
