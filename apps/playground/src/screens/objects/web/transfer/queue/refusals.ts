/** Why files are not uploaded, told before a byte is sent. */
import { bytesText, countText } from '../../../../../web/amounts.ts'
import type { Problem } from '../../../../../web/problem.ts'
import { filesMax } from './chosen-files.ts'
import { keyFault } from './key-fault.ts'
import { nameIn, type Upload } from './upload.ts'

/** What keeps a file from this key; `before`: the last upload to it. */
export function refusalOf(key: string, before: Upload | undefined): Problem | undefined {
  if (before !== undefined && isOpen(before)) {
    return {
      code: 'CONFLICT',
      message: 'Another file is being uploaded to this key.',
      fix: 'Wait for it, or cancel it first.',
    }
  }
  const fault = keyFault(key)
  if (fault === undefined) return undefined
  return {
    code: 'INVALID_KEY',
    message: `The key ${fault}.`,
    fix: 'Rename the file or its folder, and choose it again.',
  }
}

/** Whether the queue still works on it. */
export function isOpen({ state }: Upload): boolean {
  return state === 'waiting' || state === 'running' || state === 'cancelling'
}

/** Something is at the key, and the person did not say that it may be replaced. */
export const exists: Problem = {
  code: 'ALREADY_EXISTS',
  message: 'Something is there already.',
  fix: 'Overwrite it, or skip the file.',
}

/** The person took it back. */
export const cancelled: Problem = {
  code: 'ABORTED',
  message: 'The upload was cancelled.',
  fix: 'Choose the file again when you like.',
}

/** The person took it back, and nobody knows whether that was too late. */
export const unanswered: Problem = {
  code: 'UNAVAILABLE',
  message: 'It was cancelled, but the server does not say whether it was written before.',
  fix: 'Look whether it is there.',
}

/** It was taken back when it was there already. */
export const tooLate: Problem = {
  code: 'CONFLICT',
  message: 'It was written before it could be cancelled.',
  fix: 'Undo it, or delete it.',
}

/** More files than the page takes. */
export function tooMany(count: number): Problem {
  return {
    code: 'INVALID_ARGUMENT',
    message: `These are ${countText(count)} files; at most ${countText(filesMax)} go at once.`,
    fix: 'Choose fewer, or upload them with a script: the trace shows the code for a file.',
  }
}

/** A drop of empty folders. */
export const nothingDropped: Problem = {
  code: 'INVALID_ARGUMENT',
  message: 'There is no file in what was dropped.',
  fix: 'Drop files, or folders with files in them.',
}

/** Something between us and the files. */
export function unreadable(cause: unknown): Problem {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return {
    code: 'PERMISSION_DENIED',
    message: `The browser could not read what was dropped. ${reason}`,
    fix: 'Choose it with the button "Upload" instead.',
  }
}

/** Chosen to go on with an interrupted upload, but not what that was of. */
export function anotherFile(name: string, { size, fingerprint }: Upload): Problem {
  return {
    code: 'PRECONDITION_FAILED',
    message: `${name} is another file, or it was changed since.`,
    fix: `Choose ${nameIn(fingerprint)} of ${bytesText(size)}, or discard this upload.`,
  }
}
