/** Mutants of what is told of objects and of refusals: type and metadata, errors, claims. */
import type { WriteBody, WriteOptions } from '../../../src/backend.ts'
import type { Capabilities } from '../../../src/capabilities.ts'
import { isStorageError, StorageError, type StorageErrorCode } from '../../../src/errors.ts'
import { MemoryStorageBackend } from '../../../src/memory/backend.ts'
import { bytesOf, type Mutant, mutant, withMethods } from './mutant.ts'

/** A mutant that claims something else than memory does. */
function claimMutant(name: string, change: Partial<Capabilities>): Mutant {
  return {
    name,
    make: () => {
      const inner = new MemoryStorageBackend()
      const capabilities = Object.freeze({ ...inner.capabilities, ...change })
      return withMethods(inner, () => ({ capabilities }))
    },
  }
}

/** A mutant that forgets type and metadata of some writes. */
function forgetfulMutant(
  name: string,
  forgets: (body: WriteBody, options: WriteOptions) => boolean | Promise<boolean>,
): Mutant {
  return mutant(name, (inner) => ({
    write: async (key, body, options) => {
      const isForgotten = await forgets(body, options)
      if (!isForgotten) return inner.write(key, body, options)
      return inner.write(key, body, { ...options, contentType: 'a/b', metadata: {} })
    },
  }))
}

/** A mutant that changes its errors of some codes. */
function errorMutant(
  name: string,
  codes: readonly StorageErrorCode[],
  change: (error: StorageError) => StorageError,
): Mutant {
  const changed = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      throw isStorageError(error, ...codes) ? change(error) : error
    }
  }
  return mutant(name, (inner) => ({
    read: (key, options) => changed(inner.read(key, options)),
    write: (key, body, options) => changed(inner.write(key, body, options)),
    stat: (key, options) => changed(inner.stat(key, options)),
    delete: (key, options) => changed(inner.delete(key, options)),
    copy: (from, to, options) => changed(inner.copy(from, to, options)),
  }))
}

const limitBytes = 2 * 1024 ** 2

/** A mutant that claims objects of 2 MiB, over a store of such objects. */
function limitMutant(
  name: string,
  write: (inner: MemoryStorageBackend, bytes: Uint8Array, isOver: boolean) => void | Promise<void>,
): Mutant {
  return {
    name,
    make: () =>
      withMethods(new MemoryStorageBackend({ objectBytesMax: limitBytes }), (inner) => ({
        write: async (key, body, options) => {
          if (!(body instanceof Uint8Array)) return inner.write(key, body, options)
          await write(inner as MemoryStorageBackend, body, body.byteLength > limitBytes)
          return inner.write(key, body, options)
        },
      })),
  }
}

const isStream = (body: WriteBody): boolean => !(body instanceof Uint8Array)

export const describingMutants: readonly Mutant[] = [
  forgetfulMutant('forgets type and metadata of streams', isStream),
  forgetfulMutant(
    'forgets type and metadata of conditional writes',
    (_, { ifMatch, ifNoneMatch }) => ifMatch !== undefined || ifNoneMatch !== undefined,
  ),
  mutant('forgets type and metadata of streams over 8 MiB', (inner) => ({
    write: async (key, body, options) => {
      const bytes = await bytesOf(body)
      if (!isStream(body) || bytes.byteLength <= 8 << 20) return inner.write(key, bytes, options)
      return inner.write(key, bytes, { ...options, contentType: 'a/b', metadata: {} })
    },
  })),
  errorMutant(
    'says to try a refused condition again, and not of which key',
    ['ALREADY_EXISTS', 'PRECONDITION_FAILED', 'NOT_MODIFIED'],
    ({ code }) => new StorageError(code, 'no', { retryable: 'yes' }),
  ),
  errorMutant('says to try a wrong range again', ['INVALID_ARGUMENT'], (error) =>
    error.with({ retryable: 'yes' }),
  ),
  errorMutant('says to try a closed store again', ['CLOSED'], (error) =>
    error.with({ retryable: 'yes' }),
  ),
  errorMutant('tells the operation of another method', ['PRECONDITION_FAILED'], (error) =>
    error.with({ operation: 'compose' }),
  ),
  claimMutant('takes larger objects than it claims', { objectBytesMax: limitBytes }),
  limitMutant('refuses the largest object that it claims', (_, bytes) => {
    if (bytes.byteLength === limitBytes) throw new StorageError('QUOTA_EXCEEDED', 'x')
  }),
  limitMutant('takes an object that is too large for a wrong argument', (_, __, isOver) => {
    if (isOver) throw new StorageError('INVALID_ARGUMENT', 'x')
  }),
  limitMutant('makes room for an object that is too large', async (inner, _, isOver) => {
    if (isOver) await inner.delete('doc')
  }),
  claimMutant('claims what nobody can check', {
    conditionalWrite: 'global',
    conditionalDelete: 'global',
    durability: 'service',
  }),
  claimMutant('announces an extra that it has not', { extras: ['presign'] }),
  claimMutant('claims keys of 2,000 bytes', { keyBytesMax: 2000 }),
  claimMutant('claims that objects survive, and holds them in memory', {
    durability: 'process',
    objectBytesMax: 1024 ** 3,
  }),
  claimMutant('takes conditions that it does not claim', {
    conditionalWrite: 'none',
    conditionalDelete: 'none',
    conditionalCopy: 'none',
    conditionalRead: false,
    rangeRead: false,
    userMetadata: false,
  }),
]
