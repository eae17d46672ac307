/**
 * Saves a version, with no lost update among any number of savers.
 *
 * ```
 * 1  read the pointer           { version: 6, latest: 6 }      the next number is 7
 * 2  create KEY/v7, only        exists? somebody has 7: look again, try a later one
 * 3  swap the pointer           { version: 7, latest: 7 }      already further? nothing to do
 * ```
 *
 * Whoever ends between 2 and 3 leaves a version that is stored and pending: later savers pass it
 * over. A number is given once: who created one that was given and removed before (it slept between
 * 1 and 2) finds that out in 3, removes it again, and takes another.
 */
import type { ObjectInfo } from '../../backend.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import type { EncodedWrite } from '../values.ts'
import { highestVersion } from './list.ts'
import { type StoredPointer, versionKey, versionMax } from './layout.ts'
import {
  changePointer,
  exhausted,
  pause,
  readPointer,
  throwIfOpen,
  type Tries,
  type VersionTools,
} from './pointer.ts'
import { removeVersions } from './removal.ts'

/** What is saved, and under which conditions. */
export interface VersionToSave extends Tries, EncodedWrite {
  readonly version: number | undefined
  readonly ifCurrent: number | undefined
}

/** Refusals of a number, after which all versions are listed rather than the pointer read. */
const refusalsUntilList = 3

/** @throws StorageError as `StorageManager.saveVersioned`. */
export async function saveVersion(
  tools: VersionTools,
  key: string,
  asked: VersionToSave,
): Promise<{ readonly version: number; readonly info: ObjectInfo }> {
  for (let round = 1; ; round++) {
    const { version, info, pointer } = await claim(tools, key, asked)
    if (await isMadeCurrent(tools, key, version, pointer, asked)) return { version, info }
    if (round >= asked.attempts) throw exhausted(tools, key, round, undefined)
  }
}

/** A number that is ours, and the pointer as it was before that. */
interface Claim {
  readonly version: number
  readonly info: ObjectInfo
  readonly pointer: StoredPointer | undefined
}

/** Creates the object of a number that nobody had. */
async function claim(tools: VersionTools, key: string, asked: VersionToSave): Promise<Claim> {
  const { body, writing, signal, attempts } = asked
  let pointer = await readPointer(tools, key, signal)
  assertCurrent(tools, key, pointer, asked.ifCurrent)
  assertNew(tools, key, pointer, asked.version)
  let version = asked.version ?? (await nextVersion(tools, key, pointer, signal))
  for (let attempt = 1; ; attempt++) {
    if (version > versionMax) throw tooHigh(key)
    try {
      const info = await tools.access.write(versionKey(key, version), body(), writing)
      return { version, info, pointer }
    } catch (error) {
      if (!isStorageError(error, 'ALREADY_EXISTS', 'CONFLICT')) throw error
      const isTaken = error.code === 'ALREADY_EXISTS'
      if (isTaken && asked.version !== undefined) throw error
      if (attempt >= attempts) throw exhausted(tools, key, attempts, error)
      await pause(tools, attempt, signal)
      if (!isTaken) continue
      pointer = await readPointer(tools, key, signal)
      assertCurrent(tools, key, pointer, asked.ifCurrent)
      const isFar = attempt % refusalsUntilList === 0
      const highest = isFar ? await highestVersion(tools, key, signal) : 0
      version = Math.max(version, highest, pointer?.latest ?? 0) + 1
    }
  }
}

/** The number behind all that are known. */
async function nextVersion(
  tools: VersionTools,
  key: string,
  pointer: StoredPointer | undefined,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (pointer?.hasLatest === true) return pointer.latest + 1
  // The first of all, or after another program, or after somebody deleted the pointer.
  const highest = await highestVersion(tools, key, signal)
  return Math.max(highest, pointer?.latest ?? 0) + 1
}

/** False when the number had been given before, and was taken away again. */
async function isMadeCurrent(
  tools: VersionTools,
  key: string,
  version: number,
  pointer: StoredPointer | undefined,
  asked: VersionToSave,
): Promise<boolean> {
  const { ifCurrent } = asked
  let verdict: 'current' | 'overtaken' | 'given' | 'refused' = 'current'
  try {
    await changePointer(
      tools,
      key,
      (before, lost) => {
        verdict = 'current'
        if (before === undefined) {
          if (ifCurrent === undefined || ifCurrent === 0) return firstPointer(version)
          verdict = 'refused'
          return undefined
        }
        // Somebody rolled back, or on, to it.
        if (before.version === version) return undefined
        if (version <= before.removed) {
          verdict = 'given'
          return undefined
        }
        if (ifCurrent !== undefined && before.version !== ifCurrent) {
          throwIfOpen(lost, key)
          verdict = 'refused'
          return undefined
        }
        if (ifCurrent === undefined && before.hasLatest && before.latest >= version) {
          verdict = 'overtaken'
          return undefined
        }
        return { ...before, version, latest: Math.max(before.latest, version) }
      },
      asked,
      { pointer },
    )
  } catch (error) {
    throw halfSaved(error, key, version)
  }
  return settled(tools, key, version, asked, verdict)
}

async function settled(
  tools: VersionTools,
  key: string,
  version: number,
  asked: VersionToSave,
  verdict: 'current' | 'overtaken' | 'given' | 'refused',
): Promise<boolean> {
  if (verdict === 'current' || verdict === 'overtaken') return true
  // Nobody was told of it, and nobody shall find it.
  const { removed } = await removeVersions(tools, key, [version], asked)
  const isGone = removed.includes(version)
  if (verdict === 'refused') {
    const pointer = await readPointer(tools, key, asked.signal)
    if (pointer?.version === version) return true
    throw notCurrent(tools, key, pointer?.version, asked.ifCurrent!)
  }
  if (asked.version !== undefined) throw alreadyGiven(tools, key, version)
  // Where it could not be removed it is current: somebody rolled on to it.
  return !isGone && (await readPointer(tools, key, asked.signal))?.version === version
}

function firstPointer(version: number): {
  version: number
  latest: number
  removed: number
  removing: readonly number[]
} {
  return { version, latest: version, removed: 0, removing: [] }
}

/** @throws StorageError `PRECONDITION_FAILED` unless this version is current; 0: none is. */
export function assertCurrent(
  tools: VersionTools,
  key: string,
  pointer: StoredPointer | undefined,
  ifCurrent: number | undefined,
): void {
  if (ifCurrent === undefined || (pointer?.version ?? 0) === ifCurrent) return
  throw notCurrent(tools, key, pointer?.version, ifCurrent)
}

export function notCurrent(
  { access }: VersionTools,
  key: string,
  version: number | undefined,
  ifCurrent: number,
): StorageError {
  const expected = ifCurrent === 0 ? 'none' : `version ${ifCurrent}`
  const found = version === undefined ? 'there is none' : `it is version ${version}`
  return new StorageError(
    'PRECONDITION_FAILED',
    `The current version of ${quoteKey(key)} should be ${expected}, and ${found}; load it, and ` +
      'decide again',
    { backend: access.backend.name, operation: 'write', key },
  )
}

function assertNew(
  tools: VersionTools,
  key: string,
  pointer: StoredPointer | undefined,
  version: number | undefined,
): void {
  if (version === undefined || pointer === undefined || version > pointer.latest) return
  throw alreadyGiven(tools, key, version)
}

function alreadyGiven({ access }: VersionTools, key: string, version: number): StorageError {
  return new StorageError(
    'ALREADY_EXISTS',
    `Version ${version} of ${quoteKey(key)} is not new: a number is given once, and is above ` +
      'those before; leave version out to get the next one',
    { backend: access.backend.name, operation: 'write', key },
  )
}

function tooHigh(key: string): StorageError {
  const message = `No number above ${versionMax} can be given to a version of ${quoteKey(key)}`
  return new StorageError('QUOTA_EXCEEDED', message, { key })
}

/** Not retryable: saved again, it would be there twice. */
function halfSaved(error: unknown, key: string, version: number): unknown {
  if (!isStorageError(error)) return error
  const message =
    `Version ${version} of ${quoteKey(key)} is stored, and is perhaps not current; ` +
    `rollback(key, ${version}) makes it so: ${error.message}`
  return error.with({ message, retryable: error.retryable === 'exhausted' ? 'exhausted' : 'no' })
}
