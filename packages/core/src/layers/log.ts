/**
 * The layer that writes one structured line per call, one more for a body that broke off after its
 * read was told, and one per retry, circuit change and fallback of the layers inside of it.
 *
 * Invariant: no values, no metadata, no signed links and no error messages (which quote keys) are
 * in a line; keys only as `keys` says.
 */
import { hash } from 'node:crypto'
import type {
  BodyStream,
  DeleteOutcome,
  Health,
  ListOptions,
  ObjectInfo,
  ReadResult,
  StorageBackend,
} from '../backend.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { CircuitEvent, FallbackEvent, RetryEvent } from '../diagnostics/layer-channels.ts'
import { type LayerListener, listenWithin } from '../diagnostics/layer-listener.ts'
import {
  levelOf,
  type Logger,
  type LogLevel,
  logLevels,
  logQuietly,
  messageOf,
} from '../diagnostics/logger.ts'
import { MeteredBody } from '../diagnostics/metered-body.ts'
import { type OperationOutcome, outcomeOf } from '../diagnostics/outcomes.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { assertMethods, describe, ownOptions } from '../options.ts'
import { type Random, systemRandom } from '../random.ts'
import { aroundCalls, bodyOpenings, type LayerCall } from './around.ts'
import { defineLayer, type Layer } from './layer.ts'
import { stackOf } from './stack.ts'

/** What {@link log} takes. */
export interface LogOptions {
  /**
   * Whether lines hold keys and prefixes: as they are, not at all, or as `key_hash`, by which lines
   * of one key are found. Who can guess a key can make its hash: it is no secret. Default true.
   */
  readonly keys?: boolean | 'hash' | undefined
  /** A success that took longer is a warning, with `slow: true`. Default: none is slow. */
  readonly slowMs?: number | undefined
  /**
   * The share of successes that get a line, 0 to 1. Those that were slow or retried, and all else,
   * always do. Default 1.
   */
  readonly sampling?: number | undefined
  /**
   * Whether retries, circuits and fallbacks inside get lines of their own. To tell whose they are
   * takes about 0.5 µs a call. Default: where the manager, or `applyLayers`, put layers inside
   * that may have some: others than `metrics`, `log` and `prefix`.
   */
  readonly events?: boolean | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const optionNames: ReadonlySet<string> = new Set([
  ...['keys', 'slowMs', 'sampling', 'events', 'clock', 'random'],
])

/** Makes the layer that writes to `logger`, which is shaped like pino: fields, then a message. */
export function log(logger: Logger, options: LogOptions = {}): Layer {
  if (logger === undefined) throw new TypeError('log takes a logger, such as pino()')
  assertMethods(logger, 'log: logger', logLevels)
  const settings = checkedSettings(ownOptions(options, optionNames, 'log'))
  return defineLayer({
    name: 'log',
    isRepeatable: true,
    wrap: (inner) => wrap(inner, logger, settings),
  })
}

interface Settings {
  readonly keys: boolean | 'hash'
  readonly slowMs: number
  readonly sampling: number
  readonly events: boolean | undefined
  readonly clock: Clock
  readonly random: Random
}

function checkedSettings(options: LogOptions): Settings {
  const { keys = true, slowMs = Infinity, sampling = 1, events } = options
  const { clock = systemClock, random = systemRandom } = options
  if (keys !== 'hash' && typeof keys !== 'boolean') {
    throw new TypeError(`log: keys is true, false or 'hash', not ${describe(keys)}`)
  }
  if (events !== undefined && typeof events !== 'boolean') {
    throw new TypeError(`log: events is true or false, not ${describe(events)}`)
  }
  assertNumber(slowMs, 'slowMs', Infinity)
  assertNumber(sampling, 'sampling', 1)
  assertMethods(clock, 'log: clock', ['monotonicMs'])
  assertMethods(random, 'log: random', ['next'])
  return { keys, slowMs, sampling, events, clock, random }
}

function assertNumber(value: unknown, name: string, max: number): void {
  if (typeof value !== 'number') {
    throw new TypeError(`log: ${name} is a number, not ${describe(value)}`)
  }
  if (value >= 0 && value <= max) return
  const text = `log: ${name} is ${value}; it must be from 0 to ${max}`
  throw new StorageError('INVALID_ARGUMENT', text)
}

/** Layers that never retry, break or turn elsewhere. */
const uneventful: ReadonlySet<string> = new Set(['metrics', 'log', 'prefix'])

function hasEvents(inner: StorageBackend): boolean {
  return stackOf(inner).some(({ kind, name }) => kind === 'layer' && !uneventful.has(name))
}

function wrap(inner: StorageBackend, logger: Logger, settings: Settings): StorageBackend {
  const { events = hasEvents(inner) } = settings
  return aroundCalls(inner, async (call, run) => {
    const logged = new LoggedCall(inner.name, call, logger, settings)
    let result
    try {
      // Not `run` itself: it takes a signal.
      result = await (events ? listenWithin(logged, () => run()) : run())
    } catch (error) {
      logged.fail(error)
      throw error
    }
    logged.succeed(result)
    return bodyOpenings.has(call.operation) ? followed(result, logged, events) : result
  })
}

/** The read with a body whose end gets a line when it is a failure, and its retries theirs. */
function followed<T>(opened: T, logged: LoggedCall, events: boolean): T {
  const { body, start, end } = opened as ReadResult
  if (body instanceof Uint8Array) return opened
  const source = events ? readWithin(logged, body) : body
  const ending = { chunk: () => undefined, end: logged.endBody }
  return { ...opened, body: new MeteredBody(source, end - start, ending) }
}

/** The stream, of which each chunk is asked for as a part of the call. */
function readWithin(listener: LayerListener, source: BodyStream): BodyStream {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]()
      return {
        next: () => listenWithin(listener, () => iterator.next()),
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
    cancel: () => source.cancel(),
  }
}

/** What a line holds. Filled one by one: a line is made for every call. */
type Fields = Record<string, string | number | boolean>

/** One call, from its beginning to its line. */
class LoggedCall implements LayerListener {
  readonly #backend: string
  readonly #operation: string
  // Not the call itself: sockets that it opens hold their asynchronous context, and so this, for as
  // long as they are kept, and must not hold a body.
  readonly #key: string | undefined
  readonly #to: string | undefined
  readonly #prefix: string | undefined
  readonly #keyCount: number | undefined
  readonly #logger: Logger
  readonly #settings: Settings
  readonly #startedMs: number
  #retries = 0

  constructor(backend: string, call: LayerCall, logger: Logger, settings: Settings) {
    const { operation, key, keys, options } = call
    this.#backend = backend
    this.#operation = operation
    this.#key = key
    this.#to = operation === 'copy' ? keys[0] : undefined
    this.#prefix = operation === 'list' ? prefixOf(options) : undefined
    this.#keyCount = operation === 'deleteMany' ? keys.length : undefined
    this.#logger = logger
    this.#settings = settings
    this.#startedMs = settings.clock.monotonicMs()
  }

  succeed(result: unknown): void {
    const { slowMs, sampling, clock, random } = this.#settings
    const durationMs = clock.monotonicMs() - this.#startedMs
    const isSlow = durationMs > slowMs
    const lack = lackOf(this.#operation, result)
    const isPlain = !isSlow && this.#retries === 0 && lack === undefined
    if (isPlain && sampling < 1 && random.next() >= sampling) return
    const fields = this.#fields(durationMs, 'OK', bytesOf(this.#operation, result))
    if (isSlow) fields['slow'] = true
    if (lack !== undefined) Object.assign(fields, lack)
    if (lack !== undefined) this.#write('warn', fields, 'Storage operation completed in part')
    else if (isSlow) this.#write('warn', fields, 'Storage operation was slow')
    else this.#write('info', fields, messageOf('OK'))
  }

  fail(error: unknown): void {
    const outcome = outcomeOf(error)
    const durationMs = this.#settings.clock.monotonicMs() - this.#startedMs
    const fields = Object.assign(this.#fields(durationMs, outcome, undefined), factsOf(error))
    this.#write(levelOf(outcome), fields, messageOf(outcome))
  }

  /** The call itself has its line, from when its body was opened. */
  readonly endBody = (outcome: OperationOutcome | undefined): void => {
    if (outcome === undefined || outcome === 'OK') return
    const durationMs = this.#settings.clock.monotonicMs() - this.#startedMs
    const fields = this.#fields(durationMs, outcome, undefined)
    this.#write(levelOf(outcome), fields, 'Storage body broke off')
  }

  retry({ backend, operation, attempt, delayMs, code }: RetryEvent): void {
    this.#retries++
    const fields: Fields = { operation }
    this.#addKeys(fields)
    Object.assign(fields, { backend, attempt, delay_ms: delayMs, outcome: code })
    this.#write('warn', fields, 'Storage operation is tried again')
  }

  circuit({ backend, from, to }: CircuitEvent): void {
    const level = to === 'open' ? 'error' : 'info'
    this.#write(level, { backend, from, to }, `Storage circuit is ${to}`)
  }

  fallback({ backend, store, operation, code }: FallbackEvent): void {
    const fields: Fields = { operation }
    this.#addKeys(fields)
    Object.assign(fields, { backend, store, outcome: code })
    this.#write('warn', fields, 'Storage operation was answered by another store')
  }

  #fields(durationMs: number, outcome: string, bytes: number | undefined): Fields {
    const fields: Fields = { operation: this.#operation }
    this.#addKeys(fields)
    if (this.#keyCount !== undefined) fields['key_count'] = this.#keyCount
    if (bytes !== undefined) fields['size_bytes'] = bytes
    fields['backend'] = this.#backend
    fields['duration_ms'] = durationMs
    fields['outcome'] = outcome
    if (this.#retries > 0) fields['attempts'] = this.#retries + 1
    return fields
  }

  #addKeys(fields: Fields): void {
    const { keys } = this.#settings
    if (keys === false) return
    const add = (name: string, text: string | undefined): void => {
      if (text === undefined) return
      if (keys === 'hash') fields[`${name}_hash`] = hashOf(text)
      else fields[name] = text
    }
    add('key', this.#key)
    add('to', this.#to)
    add('prefix', this.#prefix)
  }

  #write(level: LogLevel, fields: Fields, message: string): void {
    logQuietly(this.#logger, level, fields, message)
  }
}

function prefixOf(options: ListOptions | undefined): string | undefined {
  return options?.prefix
}

/** Enough to find the lines of a key again among a billion. */
const hashChars = 16

function hashOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, hashChars)
}

/** What an error knows beside its message and key. */
function factsOf(error: unknown): object {
  if (!isStorageError(error)) return {}
  const { retryable, status, requestId } = error
  return {
    retryable,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  }
}

function bytesOf(operation: string, result: unknown): number | undefined {
  if (operation === 'write' || operation === 'copy') return (result as ObjectInfo).size
  if (!bodyOpenings.has(operation)) return undefined
  const { start, end } = result as ReadResult
  return end - start
}

/** What a call that gave a result all the same did not do. */
function lackOf(operation: string, result: unknown): object | undefined {
  if (operation === 'health') return (result as Health).ok ? undefined : { healthy: false }
  if (operation !== 'deleteMany') return undefined
  const failed = (result as DeleteOutcome[]).filter(({ error }) => error !== undefined)
  return failed.length === 0 ? undefined : { failed: failed.length }
}
