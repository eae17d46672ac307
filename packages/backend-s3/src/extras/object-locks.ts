/**
 * Object lock: what keeps a version from being deleted, in buckets that were made with it.
 *
 * ```
 * GOVERNANCE until a date    deleted before by who may bypass it, and says so
 * COMPLIANCE until a date    deleted before by nobody; may only be made longer
 * legal hold                 until it is taken off
 * ```
 *
 * A lock is of a version: writes and deletes of the key go on, over the versions that it keeps.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
import {
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3'
import { isStorageError, type OperationOptions, StorageError } from '@aos-storage/core'
import { describe, ownOptions } from '@aos-storage/core/backend'
import { failureOf } from '../errors.ts'
import type { ObjectPlace } from './stored-object.ts'
import { codeOf, sendAbout, type AboutOptions, type VersionTarget } from './version-target.ts'

/** Who may shorten a retention: those with a special right, or nobody. */
export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE'

/** For how long a version is kept, and how strictly. */
export interface Retention {
  readonly mode: RetentionMode
  readonly until: Date
}

/** What the calls of object lock take. */
export interface LockOptions extends OperationOptions {
  /** Of a version, as `listVersions` gives its id. Default: the current one. */
  readonly versionId?: string | undefined
}

/** What `setRetention` takes. */
export interface SetRetentionOptions extends Retention, LockOptions {
  /** To shorten or weaken a `GOVERNANCE`; needs `s3:BypassGovernanceRetention`. */
  readonly bypassGovernance?: boolean | undefined
}

const lockNames: ReadonlySet<string> = new Set<keyof LockOptions>(['versionId', 'signal'])
const setNames: ReadonlySet<string> = new Set<keyof SetRetentionOptions>([
  ...(['mode', 'until', 'bypassGovernance', 'versionId', 'signal'] as const),
])
const modes: readonly unknown[] = ['GOVERNANCE', 'COMPLIANCE']
/** Amazon's, and Ceph's, of a version that has none. */
const absentCodes = ['NoSuchObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError']

export class ObjectLocks {
  readonly #place: ObjectPlace

  constructor(place: ObjectPlace) {
    this.#place = place
  }

  async getRetention(
    key: string,
    options: LockOptions = {},
    operation: string = 'getRetention',
  ): Promise<Retention | undefined> {
    const own = ownOptions(options, lockNames, operation)
    const { client } = this.#place.bucket
    const place = { ...own, operation, key, absentCodes }
    const answer = await this.#send(place, (target, abortSignal) =>
      client.send(new GetObjectRetentionCommand(target), { abortSignal }),
    )
    const { Mode, RetainUntilDate } = answer?.Retention ?? {}
    if (Mode === undefined || RetainUntilDate === undefined) return undefined
    return { mode: Mode, until: RetainUntilDate }
  }

  async setRetention(key: string, options: SetRetentionOptions): Promise<void> {
    const own = ownRetention(options)
    const { mode, until, bypassGovernance, versionId, signal } = own
    const { client } = this.#place.bucket
    const place = { operation: 'setRetention', key, versionId, signal }
    try {
      await this.#send(place, (target, abortSignal) => {
        const Retention = { Mode: mode, RetainUntilDate: until }
        const bypass = bypassGovernance === true ? { BypassGovernanceRetention: true } : {}
        const command = new PutObjectRetentionCommand({ ...target, Retention, ...bypass })
        return client.send(command, { abortSignal })
      })
    } catch (error) {
      if (!isStorageError(error, 'PERMISSION_DENIED')) throw error
      throw (await this.#weakened(key, own)) ?? error
    }
  }

  async getLegalHold(key: string, options: LockOptions = {}): Promise<boolean> {
    const own = ownOptions(options, lockNames, 'getLegalHold')
    const { client } = this.#place.bucket
    const place = { ...own, operation: 'getLegalHold', key, absentCodes }
    const answer = await this.#send(place, (target, abortSignal) =>
      client.send(new GetObjectLegalHoldCommand(target), { abortSignal }),
    )
    return answer?.LegalHold?.Status === 'ON'
  }

  async setLegalHold(key: string, isHeld: boolean, options: LockOptions = {}): Promise<void> {
    const own = ownOptions(options, lockNames, 'setLegalHold')
    if (typeof isHeld !== 'boolean') {
      throw new TypeError(`setLegalHold takes true or false, not ${describe(isHeld)}`)
    }
    const { client } = this.#place.bucket
    const place = { ...own, operation: 'setLegalHold', key }
    await this.#send(place, (target, abortSignal) => {
      const LegalHold = { Status: isHeld ? 'ON' : 'OFF' } as const
      const command = new PutObjectLegalHoldCommand({ ...target, LegalHold })
      return client.send(command, { abortSignal })
    })
  }

  async #send<T>(
    options: AboutOptions,
    send: (target: VersionTarget, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await sendAbout(this.#place, options, send)
    } catch (error) {
      throw isStorageError(error) && isWithoutLock(error) ? withoutLock(error) : error
    }
  }

  /** The error of a retention that would not hold what the one before promised. */
  async #weakened(
    key: string,
    { mode, until, versionId, signal }: SetRetentionOptions,
  ): Promise<StorageError | undefined> {
    const options = { versionId, signal }
    const before = await this.getRetention(key, options, 'setRetention').catch(() => undefined)
    if (before === undefined) return undefined
    const isWeaker = before.mode === 'COMPLIANCE' && mode === 'GOVERNANCE'
    if (!isWeaker && until >= before.until) return undefined
    return new StorageError('PERMISSION_DENIED', `${keptText(before)}, and may be made longer`, {
      ...{ key, status: 403 },
    })
  }
}

/** What keeps a version, and who may end that. */
export function keptText({ mode, until }: Retention): string {
  const who =
    mode === 'COMPLIANCE'
      ? 'which nobody can end'
      : 'which bypassGovernance ends, with s3:BypassGovernanceRetention'
  return `The version is kept until ${until.toISOString()} by ${mode}, ${who}`
}

function ownRetention(options: SetRetentionOptions): SetRetentionOptions {
  if (options === undefined) {
    throw new TypeError('setRetention: give the retention, { mode: "GOVERNANCE", until }')
  }
  const own = ownOptions(options, setNames, 'setRetention')
  if (!modes.includes(own.mode)) {
    throw new TypeError('setRetention: mode is "GOVERNANCE" or "COMPLIANCE"')
  }
  if (!(own.until instanceof Date) || Number.isNaN(own.until.getTime())) {
    throw new TypeError('setRetention: until is a valid Date')
  }
  assertFlag(own.bypassGovernance, 'setRetention')
  return { ...own, until: new Date(own.until) }
}

/** @throws TypeError */
export function assertFlag(bypassGovernance: unknown, operation: string): void {
  if (bypassGovernance === undefined || typeof bypassGovernance === 'boolean') return
  throw new TypeError(`${operation}: bypassGovernance is true or false`)
}

/** Amazon and Ceph call it an invalid request. */
function isWithoutLock(error: StorageError): boolean {
  if (codeOf(error) !== 'InvalidRequest') return false
  return /object ?lock/i.test(failureOf(error.cause).message)
}

function withoutLock({ status, requestId, cause, key }: StorageError): StorageError {
  const message = 'The bucket has no object lock; it is given when the bucket is made'
  return new StorageError('UNSUPPORTED', message, { status, requestId, cause, key })
}
