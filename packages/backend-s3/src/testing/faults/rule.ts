/** Which requests a fault meets. */
import { assertInteger, assertOptions } from '@aos-storage/core/backend'
import { type SeededRandom, seededRandom } from '@aos-storage/core/testing'

import type { S3Operation } from '../protocol/routing.ts'
import { faultSettings, type ScriptedFault } from './fault.ts'

/** What a rule looks at. */
export interface RuleSubject {
  /** Undefined for what is not simulated. */
  readonly operation: S3Operation | undefined
  readonly bucket: string
  readonly key: string
  /** A header of the request. */
  header(name: string): string | undefined
}

/** A fault, and the requests that it meets: all that the rule does not exclude. */
export interface FaultRule {
  readonly operation?: S3Operation | readonly S3Operation[] | undefined
  readonly bucket?: string | undefined
  /** The whole key, or a pattern. */
  readonly key?: RegExp | string | undefined
  /** Any other condition. */
  readonly match?: ((request: RuleSubject) => boolean) | undefined
  /** How many that fit are let through first. Default 0. */
  readonly after?: number | undefined
  /** Most that it meets. Default: no limit. */
  readonly times?: number | undefined
  /** Chance of each, in `[0, 1]`, by the seed. Default 1. */
  readonly probability?: number | undefined
  readonly fault: ScriptedFault
}

/** A rule that was given to the simulation. */
export interface ScriptedRule {
  /** How many requests it met. */
  readonly fired: number
  /** How many requests are stalled by it now. */
  readonly stalled: number
  /** Ends its stalls. */
  release(): void
  /** Takes it back; what it met already goes on. */
  remove(): void
}

/** A rule under way. */
export class ArmedRule {
  readonly rule: FaultRule
  readonly stalls: Set<() => void> = new Set()
  fired = 0
  #fitted = 0
  readonly #random: SeededRandom

  constructor(rule: FaultRule, seed: number) {
    this.rule = rule
    this.#random = seededRandom(seed)
  }

  /** Whether it meets this request. */
  strikes(subject: RuleSubject): boolean {
    if (!fits(this.rule, subject)) return false
    const { after = 0, times = Infinity, probability = 1 } = this.rule
    this.#fitted++
    // Drawn for every one that fits, so that only its place in their order decides about it.
    const chance = this.#random.next()
    if (this.#fitted <= after || this.fired >= times || chance >= probability) return false
    this.fired++
    return true
  }

  release(): void {
    for (const release of this.stalls) release()
  }
}

/** True for a key that the text or pattern is about. */
export function matchesKey(pattern: RegExp | string | undefined, key: string): boolean {
  if (pattern === undefined) return true
  return typeof pattern === 'string' ? pattern === key : key.search(pattern) !== -1
}

function fits({ operation, bucket, key, match }: FaultRule, subject: RuleSubject): boolean {
  const operations = typeof operation === 'string' ? [operation] : operation
  if (operations !== undefined && !operations.some((each) => each === subject.operation)) {
    return false
  }
  if (bucket !== undefined && bucket !== subject.bucket) return false
  return matchesKey(key, subject.key) && match?.(subject) !== false
}

const ruleNames: ReadonlySet<string> = new Set([
  'operation',
  'bucket',
  'key',
  'match',
  'after',
  'times',
  'probability',
  'fault',
])

/** @throws TypeError or `INVALID_ARGUMENT`: a rule with a slip of the pen would never strike. */
export function assertRule(rule: FaultRule): void {
  assertOptions(rule, ruleNames, 'script')
  const { after = 0, times = 1, probability = 1, fault } = rule
  assertInteger(after, 'after', 0, Number.MAX_SAFE_INTEGER)
  assertInteger(times, 'times', 1, Number.MAX_SAFE_INTEGER)
  if (!(probability >= 0 && probability <= 1)) throw new TypeError('probability is from 0 to 1')
  const known = Object.hasOwn(faultSettings, fault.kind) ? faultSettings[fault.kind] : undefined
  if (known === undefined) {
    throw new TypeError(`fault.kind is one of ${Object.keys(faultSettings).join(', ')}`)
  }
  assertOptions(fault, known, `fault ${fault.kind}`)
  const values = fault as Readonly<Record<string, unknown>>
  for (const name of ['afterBytes', 'bytes', 'atByte', 'bytesPerSecond', 'forMs', 'everyMs']) {
    const min = name === 'bytesPerSecond' ? 1 : 0
    if (values[name] !== undefined) {
      assertInteger(values[name], `fault.${name}`, min, Number.MAX_SAFE_INTEGER)
    }
  }
}
