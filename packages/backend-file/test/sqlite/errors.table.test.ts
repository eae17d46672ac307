/** The table of errors: each result code of SQLite as the contract's code. */
import { StorageError } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import {
  isBusy,
  knownResultCodes,
  toDatabaseError,
  toPlacedError,
} from '../../src/sqlite/errors.ts'

/** Code and retryable of each primary result code, as the README documents them. */
const documented: Readonly<Record<number, readonly [code: string, retryable: string]>> = {
  3: ['PERMISSION_DENIED', 'no'],
  5: ['LOCKED', 'yes'],
  6: ['LOCKED', 'yes'],
  7: ['QUOTA_EXCEEDED', 'yes'],
  8: ['PERMISSION_DENIED', 'no'],
  10: ['UNAVAILABLE', 'yes'],
  11: ['CORRUPT', 'no'],
  13: ['QUOTA_EXCEEDED', 'no'],
  14: ['PERMISSION_DENIED', 'no'],
  18: ['QUOTA_EXCEEDED', 'no'],
  22: ['QUOTA_EXCEEDED', 'no'],
  23: ['PERMISSION_DENIED', 'no'],
  26: ['CORRUPT', 'no'],
}

function failureOf(errcode: number): Error {
  return Object.assign(new Error('SQLite says so'), { errcode, code: 'ERR_SQLITE_ERROR' })
}

describe('result codes', () => {
  it('are all documented, and nothing else is', () => {
    expect(knownResultCodes).toEqual(Object.keys(documented).map(Number))
  })

  it.each(Object.entries(documented))('%s is %j', (number, [code, retryable]) => {
    // The high bytes say which step failed: they change nothing.
    for (const errcode of [Number(number), Number(number) + 256 * 5]) {
      const cause = failureOf(errcode)
      const error = toDatabaseError(cause, '/data/.aos/tables.db')
      expect(error).toMatchObject({ code, retryable, cause })
      expect((error as StorageError).message).toContain('/data/.aos/tables.db')
      expect((error as StorageError).message).toContain(`SQLite ${errcode}`)
    }
  })

  it('that are unknown are told as such, and not retried', () => {
    const error = toDatabaseError(failureOf(99), '/x')
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no' })
  })

  it('of a lock are told apart', () => {
    expect([5, 6, 261, 517].map((code) => isBusy(failureOf(code)))).toEqual(Array(4).fill(true))
    expect([0, 1, 10, 13].map((code) => isBusy(failureOf(code)))).toEqual(Array(4).fill(false))
    expect(isBusy(undefined)).toBe(false)
  })
})

it('leaves other errors as they are', () => {
  const mistake = new TypeError('a mistake')
  expect(toDatabaseError(mistake, '/x')).toBe(mistake)
  expect(toPlacedError(mistake, { backend: 'sqlite', operation: 'get', key: 'a' })).toBe(mistake)
})

describe('the place', () => {
  const place = { backend: 'sqlite', operation: 'get', key: 'orders/a/b' }

  it('is added where the error does not say it', () => {
    expect(toPlacedError(new StorageError('LOCKED', 'Held'), place)).toMatchObject(place)
    const table = new StorageError('NOT_FOUND', 'No table', { key: 'orders' })
    expect(toPlacedError(table, place)).toMatchObject({ ...place, key: 'orders' })
  })

  it('is that of the tables for an error of the file system', () => {
    const full = new StorageError('QUOTA_EXCEEDED', 'Full', { backend: 'file', operation: 'open' })
    expect(toPlacedError(full, place)).toMatchObject(place)
  })
})
