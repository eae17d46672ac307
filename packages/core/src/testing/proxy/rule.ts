/** Which connections and requests a fault of the proxy meets, and what it does to them. */
import { assertInteger, assertMethods, assertOptions } from '../../options.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import type { RequestHead } from './head.ts'

/** `up` is towards the target, `down` towards the client. */
export type ProxyDirection = 'up' | 'down'

/** How a connection ends: in good order (FIN), or with a reset (RST, `ECONNRESET`). */
export type ProxyEnding = 'fin' | 'rst'

/**
 * What happens to a connection.
 *
 * - `refuse`: it is accepted and reset at once. For `ECONNREFUSED` see `goDown` of the proxy.
 * - `latency`: all that goes in `direction` (default `down`) comes so much later, in its order.
 * - `throttle`: no more than so many bytes a second go in `direction` (default `down`).
 * - `cut`: `afterBytes` go in `direction` (default `down`); at the next one the connection ends, on
 *   both sides. With `afterBytes: 0` a request goes through and its answer is lost. Default `rst`.
 * - `stall`: `afterBytes` go in `direction` (default `down`); at the next one it is half-open: what
 *   either side sends is swallowed, and neither is told. It is over when the client gives up.
 */
export type ConnectionFault =
  | { readonly kind: 'refuse' }
  | {
      readonly kind: 'latency'
      readonly delayMs: number
      readonly jitterMs?: number | undefined
      readonly direction?: ProxyDirection | 'both' | undefined
    }
  | {
      readonly kind: 'throttle'
      readonly bytesPerSecond: number
      readonly direction?: ProxyDirection | 'both' | undefined
    }
  | {
      readonly kind: 'cut'
      readonly afterBytes: number
      readonly direction?: ProxyDirection | undefined
      readonly by?: ProxyEnding | undefined
    }
  | {
      readonly kind: 'stall'
      readonly afterBytes: number
      readonly direction?: ProxyDirection | undefined
    }

/**
 * What happens to an HTTP request.
 *
 * - `latency`: it is held back so long, and then goes on to other faults or the target.
 * - `answer`: the proxy reads it to its end and answers; the target never sees it.
 * - `lost-answer`: the target gets it and answers to the end; the client gets no byte of that, but
 *   the end of its connection (default `rst`), or nothing at all for ever (`silence`).
 * - `cut-body`: the head of the answer and `afterBytes` of its body pass (its bytes, not those of
 *   chunked framing); at the next one the connection ends. Default `rst`.
 * - `stall-body`: the same, but the connection stays open and silent until the client gives up.
 */
export type RequestFault =
  | { readonly kind: 'latency'; readonly delayMs: number; readonly jitterMs?: number | undefined }
  | {
      readonly kind: 'answer'
      readonly status: number
      /** For instance `{ 'Retry-After': 1 }`. Length, date and connection are added. */
      readonly headers?: Readonly<Record<string, string | number | readonly string[]>> | undefined
      readonly body?: string | Uint8Array | undefined
    }
  | { readonly kind: 'lost-answer'; readonly by?: ProxyEnding | 'silence' | undefined }
  | {
      readonly kind: 'cut-body'
      readonly afterBytes: number
      readonly by?: ProxyEnding | undefined
    }
  | { readonly kind: 'stall-body'; readonly afterBytes: number }

/** Limits of a rule, among the connections or requests that fit it, in their order. */
export interface RuleLimits {
  /** How many are let through first. Default 0. */
  readonly after?: number | undefined
  /** Most that it meets. Default: no limit. */
  readonly times?: number | undefined
  /** Chance of each, in `[0, 1]`, by the seed. Default 1. */
  readonly probability?: number | undefined
}

/** A fault of connections; decided as they are accepted. */
export interface ConnectionRule extends RuleLimits {
  readonly fault: ConnectionFault
}

/** A fault of requests, and those that it meets: all that the rule does not exclude. */
export interface RequestRule extends RuleLimits {
  readonly fault: RequestFault
  readonly method?: string | readonly string[] | undefined
  /** The whole path as it was sent, without its query; or a pattern. */
  readonly path?: string | RegExp | undefined
  /** Any other condition: `(request) => request.header('x-ms-blob-type') !== undefined`. */
  readonly match?: ((request: RequestHead) => boolean) | undefined
}

/** A rule that was given to the proxy. */
export interface ProxyRule {
  /** How often its fault took effect. A `cut` does so when it cuts, not when it is decided. */
  readonly fired: number
  /** Takes it back; what it decided already still happens. */
  remove(): void
}

/** A fault that was decided, with chance of its own: others that draw do not change it. */
export interface Struck<Fault> {
  readonly fault: Fault
  readonly rule: { fired: number }
  readonly random: SeededRandom
}

/** A rule under way: how many fitted and how many it met. */
export class ArmedRule<Rule extends RuleLimits & { readonly fault: Fault }, Fault> {
  readonly rule: Rule
  fired = 0
  readonly #random: SeededRandom
  #fitted = 0
  #met = 0

  constructor(rule: Rule, seed: number) {
    this.rule = rule
    this.#random = seededRandom(seed)
  }

  /** The fault, when it meets this one, which fits the rule. */
  strike(): Struck<Fault> | undefined {
    const { after = 0, times = Infinity, probability = 1, fault } = this.rule
    this.#fitted++
    // Drawn for every one that fits, so that only its place in their order decides about it.
    const chance = this.#random.next()
    const random = seededRandom(this.#random.integer(0x1_0000_0000))
    if (this.#fitted <= after || this.#met >= times || chance >= probability) return undefined
    this.#met++
    return { fault, rule: this, random }
  }
}

/** True for a request that the rule does not exclude. */
export function fits({ method, path, match }: RequestRule, request: RequestHead): boolean {
  if (typeof method === 'string' && method !== request.method) return false
  if (typeof method === 'object' && !method.includes(request.method)) return false
  if (typeof path === 'string' && path !== request.path) return false
  if (path instanceof RegExp && request.path.search(path) === -1) return false
  return match === undefined || match(request)
}

const limits = ['fault', 'after', 'times', 'probability']
const connectionRuleNames: ReadonlySet<string> = new Set(limits)
const requestRuleNames: ReadonlySet<string> = new Set([...limits, 'method', 'path', 'match'])

/** The settings of each kind of fault. */
const connectionFaultNames = {
  refuse: new Set(['kind']),
  latency: new Set(['kind', 'delayMs', 'jitterMs', 'direction']),
  throttle: new Set(['kind', 'bytesPerSecond', 'direction']),
  cut: new Set(['kind', 'afterBytes', 'direction', 'by']),
  stall: new Set(['kind', 'afterBytes', 'direction']),
} satisfies Record<ConnectionFault['kind'], ReadonlySet<string>>

const requestFaultNames = {
  latency: new Set(['kind', 'delayMs', 'jitterMs']),
  answer: new Set(['kind', 'status', 'headers', 'body']),
  'lost-answer': new Set(['kind', 'by']),
  'cut-body': new Set(['kind', 'afterBytes', 'by']),
  'stall-body': new Set(['kind', 'afterBytes']),
} satisfies Record<RequestFault['kind'], ReadonlySet<string>>

/** @throws TypeError or `INVALID_ARGUMENT`: a rule with a slip of the pen would never strike. */
export function assertConnectionRule(rule: ConnectionRule): void {
  assertOptions(rule, connectionRuleNames, 'connection rule')
  assertFault(rule.fault, connectionFaultNames)
  assertLimits(rule)
}

/** @throws TypeError or `INVALID_ARGUMENT`, as {@link assertConnectionRule}. */
export function assertRequestRule(rule: RequestRule): void {
  assertOptions(rule, requestRuleNames, 'request rule')
  assertFault(rule.fault, requestFaultNames)
  assertLimits(rule)
  const { method, path, match } = rule
  const methods = typeof method === 'string' ? [method] : (method ?? [])
  if (methods.some((name) => !/^[A-Z]+$/.test(name))) {
    throw new TypeError('method is written as it is sent: GET, PUT')
  }
  if (typeof path === 'string' && !path.startsWith('/') && path !== '*') {
    throw new TypeError('path begins with /; for a part of it give a RegExp')
  }
  if (match !== undefined) assertMethods({ match }, 'request rule', ['match'])
}

function assertFault(
  fault: ConnectionFault | RequestFault,
  names: Readonly<Record<string, ReadonlySet<string>>>,
): void {
  const known = Object.hasOwn(names, fault.kind) ? names[fault.kind] : undefined
  if (known === undefined) {
    throw new TypeError(`fault.kind is one of ${Object.keys(names).join(', ')}`)
  }
  assertOptions(fault, known, `fault ${fault.kind}`)
  const values = fault as Readonly<Record<string, unknown>>
  for (const name of ['delayMs', 'jitterMs', 'afterBytes', 'bytesPerSecond', 'status']) {
    const isOptional = name === 'jitterMs'
    if (!known.has(name) || (isOptional && values[name] === undefined)) continue
    const [min, max] = ranges[name] ?? [0, Number.MAX_SAFE_INTEGER]
    assertInteger(values[name], `fault.${name}`, min, max)
  }
  const isLine = fault.kind === 'latency' || fault.kind === 'throttle'
  assertOneOf(values['direction'], 'direction', ['up', 'down', ...(isLine ? ['both'] : [])])
  const isLost = fault.kind === 'lost-answer'
  assertOneOf(values['by'], 'by', ['fin', 'rst', ...(isLost ? ['silence'] : [])])
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  delayMs: [0, 2 ** 31 - 1],
  jitterMs: [0, 2 ** 31 - 1],
  bytesPerSecond: [1, Number.MAX_SAFE_INTEGER],
  status: [200, 599],
}

function assertOneOf(value: unknown, name: string, values: readonly string[]): void {
  if (value === undefined || values.includes(value as string)) return
  throw new TypeError(`fault.${name} is one of ${values.join(', ')}`)
}

function assertLimits({ after = 0, times = 1, probability = 1 }: RuleLimits): void {
  assertInteger(after, 'after', 0, Number.MAX_SAFE_INTEGER)
  assertInteger(times, 'times', 1, Number.MAX_SAFE_INTEGER)
  if (!(probability >= 0 && probability <= 1)) throw new TypeError('probability is from 0 to 1')
}
