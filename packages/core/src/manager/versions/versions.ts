/** Versions of values: checks what is asked, and hands it to those who keep them. */
import { StorageError } from '../../errors.ts'
import { assertInteger, assertToken, describe, ownOptions } from '../../options.ts'
import type { Admission } from '../admission.ts'
import type { Values } from '../values.ts'
import { pointerKey, versionKey, versionMax } from './layout.ts'
import { NativeVersions } from './native.ts'
import { NumberedVersions } from './numbered.ts'
import * as types from './options.ts'
import type { Tries, VersionTools } from './pointer.ts'

const names = types.versionOptionNames

type SaveOptions = types.SaveVersionOptions | types.SaveNativeOptions
type LoadOptions = types.LoadVersionOptions | types.LoadNativeOptions
type ListOptions = types.ListVersionsOptions | types.ListNativeOptions
type CurrentOptions = types.CurrentVersionOptions | types.CurrentNativeOptions
type RollbackOptions = types.RollbackOptions | types.RollbackNativeOptions
type PruneOptions = types.PruneOptions | types.PruneNativeOptions

export class VersionedValues {
  readonly #admission: Admission
  readonly #values: Values
  readonly #numbered: NumberedVersions
  readonly #native: NativeVersions

  constructor(tools: VersionTools, admission: Admission, values: Values) {
    this.#admission = admission
    this.#values = values
    this.#numbered = new NumberedVersions(tools, values)
    this.#native = new NativeVersions(tools, values)
  }

  async save(key: string, value: unknown, options: SaveOptions = {}): Promise<types.SavedVersion> {
    const isNative = isNativeAsked(options, 'saveVersioned')
    const named = isNative ? names.saveNative : names.save
    const own = this.#admission.write(options, named, 'saveVersioned')
    this.#key(key, isNative)
    if (isNativeOption(own)) {
      return this.#native.save(key, await this.#values.encoded(key, value, own), own.signal)
    }
    const { version, ifCurrent } = own
    if (version !== undefined) assertVersion(version)
    if (ifCurrent !== undefined) assertInteger(ifCurrent, 'ifCurrent', 0, versionMax)
    if (version !== undefined && ifCurrent !== undefined && version <= ifCurrent) {
      throw new StorageError('INVALID_ARGUMENT', 'version must be above ifCurrent')
    }
    const tries = triesOf(own)
    this.#assertConditions()
    const create = { ...own, ifNoneMatch: '*' as const }
    const encoded = await this.#values.encoded(key, value, create)
    return this.#numbered.save(key, encoded, { version, ifCurrent, ...tries })
  }

  async load(
    key: string,
    version: types.VersionId | undefined,
    options: LoadOptions = {},
  ): Promise<types.LoadedVersion> {
    const isNative = isNativeAsked(options, 'loadVersion')
    const { versions: _, ...own } = this.#admission.read(options, names.load, 'loadVersion')
    this.#key(key, isNative)
    if (isNative) return this.#native.load(key, idOf(version), own)
    if (version !== undefined) assertVersion(version)
    return this.#numbered.load(key, version, own)
  }

  async list(key: string, options: ListOptions = {}): Promise<types.ListedVersion[]> {
    const isNative = isNativeAsked(options, 'listVersions')
    const own = ownOptions(options, names.list, 'listVersions')
    const { limit = types.versionsListedDefault, signal } = own
    assertInteger(limit, 'limit', 1, types.versionsListedMax)
    this.#key(key, isNative)
    return (isNative ? this.#native : this.#numbered).list(key, limit, signal)
  }

  async current(key: string, options: CurrentOptions = {}): Promise<types.VersionId | undefined> {
    const isNative = isNativeAsked(options, 'currentVersion')
    const { signal } = ownOptions(options, names.current, 'currentVersion')
    this.#key(key, isNative)
    return (isNative ? this.#native : this.#numbered).current(key, signal)
  }

  async rollback(
    key: string,
    version: types.VersionId,
    options: RollbackOptions = {},
  ): Promise<types.SavedVersion> {
    const isNative = isNativeAsked(options, 'rollback')
    const named = isNative ? names.rollbackNative : names.rollback
    const own = ownOptions(options, named, 'rollback')
    this.#key(key, isNative)
    if (isNativeOption(own)) {
      if (typeof version !== 'string') throw wrongId(version)
      return this.#native.rollback(key, version, own.signal)
    }
    assertVersion(version)
    const { ifCurrent } = own
    if (ifCurrent !== undefined) assertInteger(ifCurrent, 'ifCurrent', 0, versionMax)
    const tries = triesOf(own)
    this.#assertConditions()
    return this.#numbered.rollback(key, version, { ifCurrent, ...tries })
  }

  async prune(key: string, options: PruneOptions): Promise<types.PruneResult> {
    const isNative = isNativeAsked(options, 'pruneVersions')
    const own = ownOptions(options, names.prune, 'pruneVersions')
    const { keep, olderThan, dryRun = false, signal } = own
    if (keep === undefined && olderThan === undefined) {
      throw new TypeError('pruneVersions: give keep, olderThan, or both; without them all would go')
    }
    if (keep !== undefined) assertInteger(keep, 'keep', 0, types.versionsListedMax)
    if (olderThan !== undefined && Number.isNaN(timeOf(olderThan))) {
      throw new TypeError(`olderThan is a valid Date, not ${describe(olderThan)}`)
    }
    if (typeof dryRun !== 'boolean') {
      throw new TypeError(`dryRun is a boolean, not ${describe(dryRun)}`)
    }
    this.#key(key, isNative)
    const policy = { keep, olderThan, dryRun }
    if (isNative) return this.#native.prune(key, policy, signal)
    this.#assertConditions()
    return this.#numbered.prune(key, policy, { attempts: types.versionAttemptsDefault, signal })
  }

  /** Also with the longest name that a version may get: it must be possible to save the next. */
  #key(key: string, isNative: boolean): void {
    this.#admission.key(key)
    if (isNative) return
    this.#admission.key(versionKey(key, versionMax))
    this.#admission.key(pointerKey(key))
  }

  /** @throws StorageError `UNSUPPORTED` where nothing could be created only, or swapped. */
  #assertConditions(): void {
    this.#admission.conditionsNeeded()
  }
}

function isNativeAsked(options: unknown, operation: string): boolean {
  if (typeof options !== 'object' || options === null || !('versions' in options)) return false
  const { versions } = options
  if (versions === undefined || versions === 'numbered') return false
  if (versions === 'native') return true
  throw new TypeError(`${operation}: versions is 'numbered' or 'native'`)
}

function isNativeOption<T extends { readonly versions?: unknown }>(
  options: T,
): options is Extract<T, types.NativeOption> {
  return options.versions === 'native'
}

function triesOf({
  attempts = types.versionAttemptsDefault,
  signal,
}: { readonly [Name in keyof Tries]?: Tries[Name] | undefined }): Tries {
  assertInteger(attempts, 'attempts', 1, types.versionAttemptsMax)
  return { attempts, signal }
}

function assertVersion(version: unknown): asserts version is number {
  if (typeof version === 'string') throw wrongNumber()
  assertInteger(version, 'version', 1, versionMax)
}

function idOf(version: unknown): string | undefined {
  if (typeof version === 'number') throw wrongId(version)
  assertToken(version, 'version')
  return version as string | undefined
}

function wrongId(version: unknown): TypeError {
  return new TypeError(`version is the service's own id, a string, not ${describe(version)}`)
}

function wrongNumber(): TypeError {
  return new TypeError("version is a number; an id of the service's needs { versions: 'native' }")
}

function timeOf(date: unknown): number {
  return date instanceof Date ? date.getTime() : Number.NaN
}
