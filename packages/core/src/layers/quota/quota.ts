/**
 * The layer that keeps a store below a limit of bytes, of objects, or both.
 *
 * ```
 * write of known size     fits? reserved, written, counted         no? QUOTA_EXCEEDED, unsent
 * stream                  each chunk is reserved as it comes       no? cut; the old object stays
 * ```
 *
 * What is held is an estimate between two measures (`tally.ts`), too high rather than too low. A
 * write that does not fit by it has what it replaces looked at, and the store measured anew, where
 * that may tell less.
 */
import type {
  CopyOptions,
  ObjectInfo,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../../backend.ts'
import { systemClock } from '../../clock.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { aroundCalls, type LayerCall } from '../around.ts'
import { defineLayer, type Layer } from '../layer.ts'
import { type LayerState, tellState } from '../stack.ts'
import { countBody } from './counted.ts'
import { Measure } from './measure.ts'
import {
  type QuotaOptions,
  quotaOptions,
  quotaRefreshMsDefault,
  type QuotaUsage,
} from './options.ts'
import { type Replacing, type Size, Tally } from './tally.ts'

/** A warning is given again after the share was lower by this. */
const hysteresis = 0.05
/** A write that seems not to fit has the store measured anew, once in this part of `refreshMs`. */
const hurry = 0.1
/** Below this share of `bytesMax` it is not looked in advance at what a stream replaces. */
const roomyShare = 0.8

/** Tries of a copy whose source changes between its size and the copy. */
const copyAttemptsMax = 5

/**
 * Makes the layer.
 *
 * @throws TypeError, StorageError `INVALID_ARGUMENT` for options that cannot be.
 */
export function quota(options: QuotaOptions): Layer {
  const own = quotaOptions(options)
  return defineLayer({
    name: 'quota',
    isRepeatable: true,
    outsideOf: [
      {
        layer: 'fallback',
        because: 'a store in the place of a full one would take what the quota refuses',
      },
      {
        layer: 'retry',
        because: 'each attempt of one write would be counted as a write of its own',
      },
    ],
    wrap(inner) {
      const keeper = new Quota(inner, own)
      const outer = aroundCalls(inner, (call, run) => keeper.around(call, run))
      tellState(outer, { state: () => keeper.state() })
      return outer
    },
  })
}

type Run<T> = (signal?: AbortSignal, body?: WriteBody) => Promise<T>

/** Failures after which it is certain that nothing was written. */
const refusals = [
  ...(['ALREADY_EXISTS', 'PRECONDITION_FAILED', 'NOT_FOUND', 'UNSUPPORTED'] as const),
  ...(['INVALID_KEY', 'INVALID_ARGUMENT', 'QUOTA_EXCEEDED', 'RATE_LIMITED'] as const),
  ...(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'LOCKED'] as const),
] as const

class Quota {
  readonly #inner: StorageBackend
  readonly #options: QuotaOptions
  readonly #prefix: string
  readonly #refreshMs: number
  readonly #tally = new Tally()
  readonly #measure: Measure
  #isWarned = false

  constructor(inner: StorageBackend, options: QuotaOptions) {
    const { prefix = '', refreshMs = quotaRefreshMsDefault, clock = systemClock } = options
    this.#inner = inner
    this.#options = options
    this.#prefix = prefix
    this.#refreshMs = refreshMs
    this.#measure = new Measure(inner, prefix, this.#tally, clock)
  }

  around<T>(call: LayerCall, run: Run<T>): Promise<T> {
    const { operation, key, keys } = call
    if (operation === 'write' && this.#counts(key!)) return this.#write(call, run)
    if (operation === 'copy' && this.#counts(keys[0]!)) return this.#copy(call, run)
    if (operation === 'delete' && this.#counts(key!)) return this.#delete([key!], run)
    if (operation === 'deleteMany') return this.#delete(keys, run)
    return run()
  }

  state(): LayerState {
    const usage = this.#usage()
    const { bytes, objects, bytesMax, objectsMax, share } = usage
    const details = {
      bytes,
      objects,
      ...(bytesMax === undefined ? {} : { bytesMax }),
      ...(objectsMax === undefined ? {} : { objectsMax }),
      share,
      isMeasured: this.#measure.isDone,
    }
    const { fault } = this.#measure
    const doubt = fault === undefined ? '' : `; the last measure failed with ${fault}`
    if (!this.#measure.isDone) {
      return { ok: true, message: `not measured yet: the first write does it${doubt}`, details }
    }
    const used = `${usedText(usage)}${doubt}`
    return share < 1
      ? { ok: true, message: used, details }
      : { ok: false, message: `${used}; ${fixText}`, details }
  }

  async #write<T>(call: LayerCall, run: Run<T>): Promise<T> {
    const { key, body, options } = call as LayerCall & { key: string; body: WriteBody }
    const signal = options?.signal
    const replacing = replacingOf(options)
    await this.#known(call)
    const claim = new Claim(this.#tally, key, replacing)
    if (body instanceof Uint8Array) {
      await this.#admit(claim, body.byteLength, signal)
      return this.#counted(claim, () => run())
    }
    // Later the look could wait for what the write itself holds, such as the last permit inside.
    if (!this.#isRoomy) await this.#reservesAfterLook(claim, 0, signal)
    await this.#admit(claim, 0, signal)
    const counted = countBody(body, (bytes) => this.#admit(claim, bytes, signal))
    return this.#counted(
      claim,
      () => run(undefined, counted),
      () => counted.isWhole,
    )
  }

  /**
   * Asks for the size of the source first, and copies that version: without it a copy would be the
   * way around the limit.
   */
  async #copy<T>(call: LayerCall, run: Run<T>): Promise<T> {
    const { key, keys, options } = call
    const signal = options?.signal
    await this.#known(call)
    const given: CopyOptions | undefined = options
    const canPin = this.#inner.capabilities.conditionalCopy !== 'none'
    for (let attempt = 1; ; attempt++) {
      const claim = new Claim(this.#tally, keys[0]!, replacingOf(given))
      const each = signal === undefined ? {} : { signal }
      const { size, etag } = await this.#inner.stat(key!, each).catch((error: unknown) => {
        throw isStorageError(error) ? error.with({ operation: 'copy' }) : error
      })
      await this.#admit(claim, size, signal)
      // A caller's own pin is as good.
      if (!canPin || given?.sourceIfMatch !== undefined) return this.#counted(claim, () => run())
      const pinned = { ...given, sourceIfMatch: etag }
      const copy = (): Promise<ObjectInfo> => this.#inner.copy(key!, keys[0]!, pinned)
      try {
        return (await this.#counted(claim, copy)) as T
      } catch (error) {
        const isPin = isStorageError(error, 'PRECONDITION_FAILED') && error.key === key
        // With one key for both ends nobody knows which condition it was.
        if (!isPin || (key === keys[0] && given?.ifMatch !== undefined)) throw error
        if (attempt >= copyAttemptsMax) throw restless(error)
      }
    }
  }

  async #delete<T>(keys: readonly string[], run: Run<T>): Promise<T> {
    const counted = keys.filter((key) => this.#counts(key))
    for (const key of counted) this.#tally.begin(key)
    const result = await run().catch((error: unknown) => {
      for (const key of counted) this.#tally.unchanged(key)
      // It may have been made all the same.
      this.#tally.doubt()
      throw error
    })
    const isGone = goneOf(result)
    for (const key of counted) {
      if (isGone(key)) this.#tally.deleted(key)
      else this.#tally.unchanged(key)
    }
    this.#warn()
    return result
  }

  /** Makes a write that was admitted, and counts what became of it. */
  async #counted<T>(
    claim: Claim,
    run: () => Promise<T>,
    isWhole: () => boolean = () => true,
  ): Promise<T> {
    claim.begin()
    try {
      const result = await run()
      claim.wrote((result as ObjectInfo).size)
      return result
    } catch (error) {
      const isCertain = isStorageError(error, ...refusals) || !isWhole()
      claim.failed(isCertain)
      // The backend tells it as a body that failed.
      throw claim.refusal ?? error
    } finally {
      this.#warn()
    }
  }

  /** Waits for the first measure, and has later ones made while it goes on. */
  async #known({ operation, key, options }: LayerCall): Promise<void> {
    if (!this.#measure.isDone) {
      await this.#measure.wait(options?.signal).catch((error: unknown) => {
        throw isStorageError(error) ? error.with({ operation, key }) : error
      })
      this.#warn()
    } else if (this.#measure.ageMs >= this.#refreshMs && this.#canHurry()) {
      this.#measure.inBackground()
    }
  }

  /** Reserves so many bytes more. @throws StorageError `QUOTA_EXCEEDED` where they do not fit. */
  async #admit(claim: Claim, bytes: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#reserves(claim, bytes)) return
    if (await this.#reservesAfterLook(claim, bytes, signal)) return
    if (this.#tally.isGuess && (this.#measure.isRunning || this.#canHurry())) {
      // Should it fail, what is known decides.
      await this.#measure.wait(signal).catch((error: unknown) => {
        if (signal?.aborted === true) throw error
      })
    }
    if (this.#reserves(claim, bytes)) return
    // A measure that ended meanwhile has forgotten what was known.
    if (await this.#reservesAfterLook(claim, bytes, signal)) return
    claim.refusal = this.#exceeded(claim, bytes)
    throw claim.refusal
  }

  #reserves(claim: Claim, bytes: number): boolean {
    const isFitting = this.#fits(claim.growth(bytes))
    if (isFitting) claim.reserve(bytes)
    return isFitting
  }

  /**
   * Looks at what a write would replace, if that is not known: a full store takes an overwrite that
   * adds nothing.
   */
  async #reservesAfterLook(
    claim: Claim,
    bytes: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (claim.findsNothing || !claim.mayReplaceUnknown) return false
    const { key } = claim
    // A stream that has begun has changed nothing yet: it is no other change beside the look.
    const isWithin = claim.isBegun
    if (!isWithin) this.#tally.begin(key)
    let size: number | undefined
    try {
      size = (await this.#inner.stat(key, signal === undefined ? {} : { signal })).size
    } catch (error) {
      // Nothing is there, or nobody tells: it counts as growth.
      if (signal?.aborted === true) throw error
      claim.findsNothing = true
    } finally {
      // Nothing awaits between this and the reservation: a measure forgets what was learned.
      if (isWithin) this.#tally.lookedWithin(key, size)
      else this.#tally.looked(key, size)
    }
    return this.#reserves(claim, bytes)
  }

  #fits({ bytes, objects }: Size): boolean {
    const { bytesMax = Infinity, objectsMax = Infinity } = this.#options
    const total = this.#tally.total
    // What adds nothing always fits: it is how a store that is too full gets smaller.
    return (
      (bytes <= 0 || total.bytes + bytes <= bytesMax) &&
      (objects <= 0 || total.objects + objects <= objectsMax)
    )
  }

  /** True when most streams fit, so that it does not matter what they replace. */
  get #isRoomy(): boolean {
    return this.#tally.total.bytes < (this.#options.bytesMax ?? Infinity) * roomyShare
  }

  #canHurry(): boolean {
    return this.#measure.triedMsAgo >= this.#refreshMs * hurry
  }

  #counts(key: string): boolean {
    return key.startsWith(this.#prefix)
  }

  #usage(): QuotaUsage {
    const { bytesMax, objectsMax } = this.#options
    const { bytes, objects } = this.#tally.held
    const share = Math.max(bytes / (bytesMax ?? Infinity), objects / (objectsMax ?? Infinity))
    return { bytes, objects, bytesMax, objectsMax, share }
  }

  #warn(): void {
    const { warnAt = 0.8, onWarning } = this.#options
    const usage = this.#usage()
    if (usage.share < warnAt - Math.min(hysteresis, warnAt / 2)) this.#isWarned = false
    if (usage.share < warnAt || this.#isWarned) return
    this.#isWarned = true
    try {
      onWarning?.(usage)
    } catch {
      // What was written stays written: a warning that fails is no failure of the write.
    }
  }

  #exceeded(claim: Claim, bytes: number): StorageError {
    const { objects } = claim.growth(bytes)
    const isObjectsFull = !this.#fits({ bytes: 0, objects })
    const isBytesFull = !isObjectsFull || !this.#fits({ ...claim.growth(bytes), objects: 0 })
    const needs = [
      ...(isObjectsFull ? ['1 more object'] : []),
      ...(isBytesFull ? [bytesText(claim.bytes + bytes)] : []),
    ]
    const message =
      `This needs ${needs.join(' and ')}, more than fits: ${usedText(this.#usage())}; ` + fixText
    return new StorageError('QUOTA_EXCEEDED', message, {
      ...{ backend: this.#inner.name, operation: 'write', key: claim.key },
    })
  }
}

function restless(error: StorageError): StorageError {
  const message =
    'The source changed each time between the look at its size and the copy; try again'
  return new StorageError('CONFLICT', message, {
    ...{ backend: error.backend, operation: 'copy', key: error.key, cause: error },
  })
}

const fixText = 'delete what is not needed, or raise the limit of quota()'

function bytesText(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`
}

function usedText({ bytes, objects, bytesMax, objectsMax }: QuotaUsage): string {
  const limits = [
    bytesMax === undefined ? undefined : `${bytes} of ${bytesMax} bytes`,
    objectsMax === undefined ? undefined : `${objects} of ${objectsMax} objects`,
  ]
  return `${limits.filter((limit) => limit !== undefined).join(' and ')} are used`
}

function replacingOf(options: WriteOptions | CopyOptions | undefined): Replacing {
  if (options?.ifNoneMatch !== undefined) return 'nothing'
  return options?.ifMatch === undefined ? 'unknown' : 'something'
}

/** Which keys a delete says that it deleted. */
function goneOf(result: unknown): (key: string) => boolean {
  if (!Array.isArray(result)) return () => result === true
  const gone = new Set<string>()
  for (const { key, deleted } of result as { key: string; deleted: boolean }[]) {
    if (deleted) gone.add(key)
  }
  return (key) => gone.has(key)
}

/** What one write has reserved. */
class Claim {
  readonly key: string
  /** Set when it was refused, also in the middle of its body. */
  refusal: StorageError | undefined
  /** Set when nobody could tell what it would replace. */
  findsNothing = false
  /** Set once the write is under way. */
  isBegun = false
  readonly #tally: Tally
  readonly #replacing: Replacing
  #bytes = 0
  #isOver = false
  #reserved: Size = { bytes: 0, objects: 0 }

  constructor(tally: Tally, key: string, replacing: Replacing) {
    this.#tally = tally
    this.key = key
    this.#replacing = replacing
  }

  get bytes(): number {
    return this.#bytes
  }

  /** True while nobody has looked at what it would replace. */
  get mayReplaceUnknown(): boolean {
    return this.#replacing !== 'nothing' && !this.#tally.isKnown(this.key)
  }

  /** What so many bytes more would add to what is reserved. */
  growth(bytes: number): Size {
    const all = this.#tally.growthOf(this.key, this.#bytes + bytes, this.#replacing)
    return {
      bytes: Math.max(0, all.bytes) - this.#reserved.bytes,
      objects: all.objects - this.#reserved.objects,
    }
  }

  reserve(bytes: number): void {
    // A chunk that comes after the backend left its body.
    if (this.#isOver) return
    const growth = this.growth(bytes)
    this.#bytes += bytes
    this.#tally.reserve(growth)
    this.#reserved = {
      bytes: this.#reserved.bytes + growth.bytes,
      objects: this.#reserved.objects + growth.objects,
    }
  }

  begin(): void {
    this.isBegun = true
    this.#tally.begin(this.key)
  }

  /** @param size As the backend tells it. */
  wrote(size: number): void {
    this.#isOver = true
    this.#tally.release(this.#reserved)
    this.#tally.wrote(this.key, size, this.#replacing)
  }

  failed(isCertain: boolean): void {
    this.#isOver = true
    this.#tally.release(this.#reserved)
    if (isCertain) this.#tally.unchanged(this.key)
    else this.#tally.mayHaveWritten(this.key, this.#bytes)
  }
}
