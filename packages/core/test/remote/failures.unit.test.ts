import { describe, expect, it } from 'vitest'
import { StorageError } from '../../src/index.ts'
import { closedError, isProgramError, placed } from '../../src/remote/index.ts'

const place = { backend: 'shop', operation: 'read', key: 'doc' }

describe('a place', () => {
  it('is given to an error that has none, and keeps the key that it knows', () => {
    expect(placed(new StorageError('CONFLICT', 'x'), place)).toMatchObject(place)
    const inner = new StorageError('CONFLICT', 'x', { backend: 'shop', key: 'inner' })
    expect(placed(inner, place)).toMatchObject({ ...place, key: 'inner' })
  })

  it('that is whole stays as it is', () => {
    const there = new StorageError('NOT_FOUND', 'x', { backend: 'other', operation: 'stat' })
    expect(placed(there, place)).toBe(there)
  })
})

it.each([
  [new TypeError('x is not a function'), true],
  [new ReferenceError('x is not defined'), true],
  // As fetch and the parsers of Node tell their failures.
  [Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }), false],
  [new Error('x'), false],
  [new StorageError('CONFLICT', 'x'), false],
  ['text', false],
  [undefined, false],
])('whether the program is wrong: %s', (thrown, isWrong) => {
  expect(isProgramError(thrown)).toBe(isWrong)
})

it('a closed store is told with its service', () => {
  const error = closedError('Shop')
  expect(error).toMatchObject({ code: 'CLOSED', retryable: 'no' })
  expect(error.message).toBe('This Shop store was closed; open it again')
})
