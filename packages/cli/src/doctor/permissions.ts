/** What the credentials allow, by trying it; what writes only when it is asked for. */
import { isStorageError, type StorageManager } from '@aos-storage/core'
import { type Check, fail, ok, skipped, warn } from './check.ts'
import { faultOf } from './faults.ts'
import type { StorageType } from './settings.ts'

export interface Trial {
  readonly store: StorageManager
  readonly type: StorageType
  /** What the location's keys begin with: credentials may be for these only. */
  readonly prefix: string
  /** Of a scratch object that nobody else has. */
  readonly key: string
  readonly signal: AbortSignal
}

export async function listCheck({ store, type, prefix, signal }: Trial): Promise<Check> {
  try {
    for await (const _ of store.list({ prefix, limit: 1, signal })) break
    return ok('list', 'Objects can be listed')
  } catch (error) {
    return faultOf('list', error, type)
  }
}

/** Of a key that nobody has: a service that may be read says that it is not there. */
export async function readCheck({ store, type, key, signal }: Trial): Promise<Check> {
  try {
    await using body = await store.readStream(key, { signal })
    return warn('read', `${body.info.key} exists, which nobody wrote`, 'Look who writes it')
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return ok('read', 'Objects can be read')
    return faultOf('read', error, type)
  }
}

export const writeSkipped: Check = skipped(
  'write',
  'Not tried; --write writes, reads and deletes a scratch object',
)

/** Writes, reads back, tries a condition, and deletes. What it wrote is gone, or told. */
export async function* writeChecks(trial: Trial): AsyncGenerator<Check> {
  const { store, type, key, signal } = trial
  const body = new TextEncoder().encode('doctor')
  try {
    await store.writeStream(key, body, { contentType: 'text/plain', signal })
    yield ok('write', 'Objects can be written')
  } catch (error) {
    yield faultOf('write', error, type)
    return
  }
  try {
    await using stored = await store.readStream(key, { signal })
    const isSame = Buffer.compare(await stored.bytes(), body) === 0
    yield isSame
      ? ok('read back', 'What was written is read')
      : fail('read back', 'What was written is read as something else', 'Do not use this store')
  } catch (error) {
    yield faultOf('read back', error, type)
  }
  if (store.capabilities.conditionalWrite !== 'none') yield await createOnlyCheck(trial)
  try {
    await store.delete(key, { signal })
    yield ok('delete', 'Objects can be deleted')
  } catch (error) {
    const check = faultOf('delete', error, type)
    yield { ...check, message: `${check.message}; the scratch object ${key} is left behind` }
  }
}

async function createOnlyCheck({ store, type, key, signal }: Trial): Promise<Check> {
  const name = 'create only'
  try {
    await store.writeStream(key, new Uint8Array(1), { ifNoneMatch: '*', signal })
  } catch (error) {
    if (isStorageError(error, 'ALREADY_EXISTS')) {
      return ok(name, 'A create over an object that is there is refused')
    }
    return faultOf(name, error, type)
  }
  return fail(
    name,
    'The server took a create over an object that is there',
    'Do not rely on conditions here',
  )
}
