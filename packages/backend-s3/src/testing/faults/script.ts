/** The rules of a simulation, and what they decided about one request. */
import type { Clock } from '@aos-storage/core'
import { seededRandom, type SeededRandom } from '@aos-storage/core/testing'

import { statusOf } from '../protocol/s3-error.ts'
import type { KeyErrors } from '../protocol/call.ts'
import type { ScriptedFault } from './fault.ts'
import {
  ArmedRule,
  assertRule,
  type FaultRule,
  matchesKey,
  type RuleSubject,
  type ScriptedRule,
} from './rule.ts'

type OfKind<Kind extends ScriptedFault['kind']> = Extract<ScriptedFault, { kind: Kind }>

/** All rules, in the order in which they were added. */
export class Script {
  #rules: ArmedRule[] = []
  readonly #random: SeededRandom

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  add(rule: FaultRule): ScriptedRule {
    assertRule(rule)
    const armed = new ArmedRule({ ...rule }, this.#random.integer(2 ** 32))
    this.#rules.push(armed)
    return {
      get fired() {
        return armed.fired
      },
      get stalled() {
        return armed.stalls.size
      },
      release: () => armed.release(),
      remove: () => {
        this.#rules = this.#rules.filter((each) => each !== armed)
      },
    }
  }

  clear(): void {
    this.#rules = []
  }

  /** Ends all stalls. */
  release(): void {
    for (const rule of this.#rules) rule.release()
  }

  /** The faults that meet a request. */
  strike(subject: RuleSubject): RequestFaults {
    return new RequestFaults(this.#rules.filter((rule) => rule.strikes(subject)))
  }
}

/** The faults of one request. */
export class RequestFaults {
  readonly #struck: readonly ArmedRule[]

  constructor(struck: readonly ArmedRule[]) {
    this.#struck = struck
  }

  get kinds(): readonly ScriptedFault['kind'][] {
    return this.#struck.map(({ rule }) => rule.fault.kind)
  }

  /** The faults of one kind. */
  all<Kind extends ScriptedFault['kind']>(kind: Kind): readonly OfKind<Kind>[] {
    return this.#struck.flatMap(({ rule }) => (isOfKind(rule.fault, kind) ? [rule.fault] : []))
  }

  first<Kind extends ScriptedFault['kind']>(kind: Kind): OfKind<Kind> | undefined {
    return this.all(kind)[0]
  }

  /** What DeleteObjects answers for single keys. */
  keyErrors(): KeyErrors {
    const faults = this.all('key-errors')
    return (key) => {
      const fault = faults.find(({ keys }) => matchesKey(keys, key))
      if (fault === undefined) return null
      return { code: fault.code, message: fault.message ?? fault.code }
    }
  }

  /** Waits out the stalls at one place. */
  async stall(at: OfKind<'stall'>['at'], clock: Clock, gone: AbortSignal): Promise<void> {
    for (const armed of this.#struck) {
      const fault = armed.rule.fault
      if (fault.kind === 'stall' && fault.at === at) await wait(armed, fault, clock, gone)
    }
  }
}

function isOfKind<Kind extends ScriptedFault['kind']>(
  fault: ScriptedFault,
  kind: Kind,
): fault is OfKind<Kind> {
  return fault.kind === kind
}

async function wait(
  armed: ArmedRule,
  { forMs }: OfKind<'stall'>,
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  if (gone.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = new AbortController()
  armed.stalls.add(resolve)
  gone.addEventListener('abort', () => resolve(), { signal: over.signal })
  // Aborted when the stall is over for another reason.
  if (forMs !== undefined) void clock.sleep(forMs, over.signal).then(resolve, () => undefined)
  await promise
  over.abort()
  armed.stalls.delete(resolve)
}

/** The status of an error that a script names. */
export function statusOfFault({ code, status }: OfKind<'error'>): number {
  const known = status ?? statusOf(code)
  if (known !== undefined) return known
  throw new TypeError(`${code} is not known here: give its status too`)
}
