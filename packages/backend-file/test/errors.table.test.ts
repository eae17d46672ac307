/** The table of errors: each error number of the file system as the contract's code. */
import { isStorageError, StorageError } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { knownErrorNumbers, toStorageError } from '../src/errors.ts'

/** Code and retryable of each number, as the README documents them. */
const documented: Readonly<Record<string, readonly [code: string, retryable: string]>> = {
  ENOSPC: ['QUOTA_EXCEEDED', 'no'],
  EDQUOT: ['QUOTA_EXCEEDED', 'no'],
  EFBIG: ['QUOTA_EXCEEDED', 'no'],
  EMFILE: ['QUOTA_EXCEEDED', 'yes'],
  ENFILE: ['QUOTA_EXCEEDED', 'yes'],
  EACCES: ['PERMISSION_DENIED', 'no'],
  EPERM: ['PERMISSION_DENIED', 'no'],
  EROFS: ['PERMISSION_DENIED', 'no'],
  EIO: ['UNAVAILABLE', 'yes'],
  ENXIO: ['UNAVAILABLE', 'yes'],
  ENODEV: ['UNAVAILABLE', 'yes'],
  ESTALE: ['UNAVAILABLE', 'yes'],
  ETIMEDOUT: ['UNAVAILABLE', 'yes'],
  EBUSY: ['LOCKED', 'yes'],
  ELOOP: ['CONFLICT', 'no'],
  EEXIST: ['CONFLICT', 'no'],
  ENOTDIR: ['CONFLICT', 'no'],
  EISDIR: ['CONFLICT', 'no'],
  ENOTEMPTY: ['CONFLICT', 'no'],
  ENOENT: ['UNAVAILABLE', 'yes'],
  EXDEV: ['UNSUPPORTED', 'no'],
  ENAMETOOLONG: ['INVALID_KEY', 'no'],
}

function failureOf(number: string): Error {
  return Object.assign(new Error(`${number}: something, open '/x'`), { code: number })
}

describe('error numbers', () => {
  it('are all documented, and nothing else is', () => {
    // Append only: a number that goes, or changes its meaning, breaks callers.
    for (const number of Object.keys(documented)) expect(knownErrorNumbers).toContain(number)
    const beyond = knownErrorNumbers.filter((number) => !(number in documented))
    expect(beyond).toEqual([])
  })

  it.each(Object.entries(documented))('%s is %j', (number, [code, retryable]) => {
    const cause = failureOf(number)
    const error = toStorageError(cause, 'write', 'some/key')
    expect(error).toMatchObject({
      code,
      retryable,
      backend: 'file',
      operation: 'write',
      key: 'some/key',
    })
    expect(error.cause).toBe(cause)
    expect(error.message).toContain(number)
    // A sentence that tells the fix, not only the fault.
    expect(error.message.length).toBeGreaterThan(25)
  })

  it('that are unknown are UNAVAILABLE and not worth a retry', () => {
    for (const cause of [failureOf('EWEIRD'), new Error('no number'), 'text', { code: 7 }]) {
      const error = toStorageError(cause, 'read')
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
      expect(error.cause).toBe(cause)
    }
  })
})

describe('a StorageError', () => {
  it('passes through, and gets its place when it has none', () => {
    const placed = new StorageError('NOT_FOUND', 'x', { backend: 'other', operation: 'stat' })
    expect(toStorageError(placed, 'read')).toBe(placed)
    const bare = new StorageError('CONFLICT', 'x', { retryable: 'no', key: 'inner' })
    const error = toStorageError(bare, 'read', 'outer')
    expect(error).toMatchObject({
      code: 'CONFLICT',
      retryable: 'no',
      key: 'inner',
      operation: 'read',
    })
    expect(isStorageError(error)).toBe(true)
  })
})
