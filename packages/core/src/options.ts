/**
 * Checks of option bags. A misspelt option that is silently ignored loses data (`ifMach`), so every
 * public call refuses names that it does not know.
 */
import { StorageError } from './errors.ts'
import { quoteKey } from './keys.ts'
import { nearestName } from './nearest-name.ts'

/** @throws TypeError when `options` is no object or holds a name that is not in `known`. */
export function assertOptions(
  options: unknown,
  known: ReadonlySet<string>,
  operation: string,
): asserts options is object | undefined {
  if (options === undefined) return
  assertNames(options, known, operation)
  assertSignal((options as { signal?: unknown }).signal, operation)
}

/**
 * The options as they are now, each read once: what the caller changes during the call, or what an
 * accessor says next time, is not seen.
 *
 * @throws TypeError as {@link assertOptions}.
 */
export function ownOptions<T extends object | undefined>(
  options: T,
  known: ReadonlySet<string>,
  operation: string,
): T {
  if (options === undefined) return options
  assertNames(options, known, operation)
  const own: Record<string, unknown> = {}
  for (const name of known) {
    if (name in options) own[name] = (options as Record<string, unknown>)[name]
  }
  assertSignal(own['signal'], operation)
  return own as T
}

function assertNames(
  options: unknown,
  known: ReadonlySet<string>,
  operation: string,
): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${operation}: options is an object, not ${describe(options)}`)
  }
  for (const name in options) {
    if (!known.has(name)) {
      const near = nearestName(name, known)
      const hint = near === undefined ? '' : `did you mean "${near}"? `
      throw new TypeError(
        `${operation}: unknown option ${quoteKey(name)}; ${hint}known are ${[...known].join(', ')}`,
      )
    }
  }
}

function assertSignal(signal: unknown, operation: string): void {
  if (signal === undefined || signal instanceof AbortSignal) return
  throw new TypeError(`${operation}: signal is an AbortSignal, not ${describe(signal)}`)
}

/** @throws TypeError unless `value` has all of these methods, or is undefined. */
export function assertMethods(value: unknown, name: string, methods: readonly string[]): void {
  if (value === undefined) return
  const members = (value ?? {}) as Readonly<Record<string, unknown>>
  const missing = methods.filter((method) => typeof members[method] !== 'function')
  if (missing.length > 0) {
    throw new TypeError(`${name} lacks the methods ${missing.join(', ')}; it is ${describe(value)}`)
  }
}

/** @throws TypeError or `INVALID_ARGUMENT` unless `value` is an integer in `[min, max]`. */
export function assertInteger(value: unknown, name: string, min: number, max: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name} is a number, not ${describe(value)}`)
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `${name} is ${value}; it must be an integer from ${min} to ${max}`,
    )
  }
}

/** @throws TypeError unless `value` is a non-empty string (an etag, a cursor) or undefined. */
export function assertToken(value: unknown, name: string): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  throw new TypeError(`${name} is a non-empty string, not ${describe(value)}`)
}

/** @throws StorageError `ABORTED` with the signal's reason as `cause`, once it has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal)
}

/** The error of an operation whose signal fired. */
export function abortError(signal: AbortSignal): StorageError {
  return new StorageError('ABORTED', 'The operation was aborted by its signal', {
    cause: signal.reason as unknown,
  })
}

/** A value for a message: its type, never its content. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return typeof value
  const name = value.constructor?.name || 'object'
  // Not "an Uint8Array": its U is spoken as in "you".
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`
}
