import { describe, expect, it } from 'vitest'
import {
  assertContentType,
  assertMetadata,
  assertRange,
  resolveRange,
  userMetadata,
} from '../src/backend-kit.ts'
import { isStorageError, StorageError } from '../src/index.ts'

describe('ranges', () => {
  it.each([
    [undefined, 0, 10],
    [{ offset: 3 }, 3, 10],
    [{ offset: 3, length: 4 }, 3, 7],
    [{ offset: 3, length: 40 }, 3, 10],
    [{ offset: 10 }, 10, 10],
    [{ suffix: 4 }, 6, 10],
    [{ suffix: 40 }, 0, 10],
    [{ suffix: 0 }, 10, 10],
  ])('%j of 10 bytes', (range, start, end) => {
    expect(resolveRange(range, 10)).toEqual({ start, end })
  })

  it('are refused behind the end', () => {
    expect(() => resolveRange({ offset: 11 }, 10)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', status: 416 }),
    )
  })

  it.each([{ offset: -1 }, { offset: 1.5 }, { suffix: -1 }, { offset: 0, length: -1 }])(
    'are refused with numbers such as %j',
    (range) => expect(() => assertRange(range)).toThrow(StorageError),
  )

  it.each([null, 3, {}, { offset: '1' }, { offset: 0, len: 1 }, { suffix: 1, offset: 1 }])(
    'are refused as %j',
    (range) => expect(() => assertRange(range)).toThrow(TypeError),
  )
})

describe('metadata', () => {
  it.each([{}, { author: 'ceo' }, { a_b: 'é' }, { 'x-1': '' }])('takes %j', (metadata) =>
    expect(() => assertMetadata(metadata)).not.toThrow(),
  )

  it.each([
    { A: 'x' },
    { '1a': 'x' },
    { 'aos-x': 'x' },
    { a: ' x' },
    { a: 'x\n' },
    { a: '\ud800' },
    { a: 'x'.repeat(2048) },
  ])('refuses %j', (metadata) => expect(() => assertMetadata(metadata)).toThrow(StorageError))

  it.each([null, [], 'a', { a: 1 }, new Map([['a', 'x']]), new Date()])('is no %j', (metadata) =>
    expect(() => assertMetadata(metadata)).toThrow(TypeError),
  )

  it('of layers is hidden', () => {
    const own = { a: '1' }
    expect(userMetadata(own)).toBe(own)
    expect(userMetadata({ a: '1', 'aos-write-id': 'x' })).toEqual({ a: '1' })
  })
})

describe('content types', () => {
  it.each([
    ...['text/csv', 'application/vnd.api+json', 'text/plain;charset="utf-8"', 'a/b; c=d'],
    ...['a/b; c=""', 'a/b; c=" !#[]~"', String.raw`a/b; c="\"\\"`],
  ])('such as %s pass', (type) => expect(() => assertContentType(type)).not.toThrow())

  it.each([
    ...['', 'text', 'text/', 'a/b;', 'a/b; c', 'a/b\r\nx: y', `a/${'b'.repeat(255)}`],
    ...['a/b; c="é"', 'a/b; c="漢"', 'a/b; c="\u0080"', 'a/b; c="', String.raw`a/b; c="\"`],
  ])('such as %j do not', (type) => expect(() => assertContentType(type)).toThrow(StorageError))
})

describe('StorageError', () => {
  it('is recognised by its brand, by code, and logs without its stack', () => {
    const cause = new Error('inner')
    const error = new StorageError('LOCKED', 'held', { key: 'a', cause })
    expect(isStorageError(error, 'LOCKED')).toBe(true)
    expect(isStorageError(error, 'CORRUPT')).toBe(false)
    expect(isStorageError({ code: 'LOCKED' })).toBe(false)
    expect(error.retryable).toBe('yes')
    expect(error.with({ backend: 'file' })).toMatchObject({ key: 'a', backend: 'file', cause })
    expect(error.toJSON()).not.toHaveProperty('stack')
  })

  it('logs nothing that others put into it', () => {
    const details = { key: 'a', cause: new Error('topsecret'), results: ['topsecret'] }
    const log = JSON.stringify(new StorageError('ABORTED', 'ended', details))
    expect(JSON.parse(log)).toEqual({
      name: 'StorageError',
      code: 'ABORTED',
      message: 'ended',
      retryable: 'no',
      key: 'a',
    })
  })
})
