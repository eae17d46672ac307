/** What the operating system says of a journal's file, as an error of ours. */
import { StorageError, type StorageErrorCode } from '../../errors.ts'

const forbidden = 'this user may not write it, or not its lock beside it; name another file'

const codes: Readonly<Record<string, readonly [StorageErrorCode, string]>> = {
  ENOSPC: ['QUOTA_EXCEEDED', 'its disk is full; free space, and begin again with this journal'],
  EDQUOT: ['QUOTA_EXCEEDED', 'its quota is used up; free space, and begin again with this journal'],
  EROFS: [
    'PERMISSION_DENIED',
    'its file system is read-only; make it writable, or name another file',
  ],
  EACCES: ['PERMISSION_DENIED', forbidden],
  EPERM: ['PERMISSION_DENIED', forbidden],
  ENOENT: ['INVALID_ARGUMENT', 'its folder does not exist; make it'],
  ENOTDIR: ['INVALID_ARGUMENT', 'a part of its path is no folder; name another file'],
  EISDIR: ['INVALID_ARGUMENT', 'it is a folder; name a file'],
}

export function fileFailure(cause: unknown, path: string): StorageError {
  const { code = '' } = cause as NodeJS.ErrnoException
  const [ours, fix] = codes[code] ?? ['UNAVAILABLE', `the system says ${code}; see cause`]
  const message = `The journal ${JSON.stringify(path)} cannot be used: ${fix}`
  return new StorageError(ours, message, { cause, retryable: 'no' })
}
