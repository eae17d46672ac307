/**
 * On whose behalf the program runs right now: an `AsyncLocalStorage`, so that an actor follows
 * everything that was started in it, and contexts of requests side by side never mix.
 *
 * ```
 * runAs({ actor: 'ceo', context: { requestId: 'r1' } }, () =>     ceo, { requestId }
 *   runAs({ context: { step: 2 } }, () => storage.save(...)))     ceo, { requestId, step }
 * ```
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { encodeExactJson } from '../../codecs/json.ts'
import { isPlainObject } from '../../codecs/plain.ts'
import { StorageError } from '../../errors.ts'
import { assertOptions, describe } from '../../options.ts'

/** Longest name of an actor in UTF-8 bytes. */
export const actorBytesMax = 256
/** Most bytes of the JSON of a context, what it inherits included. */
export const auditContextBytesMax = 4096

/** Facts of the program's own beside each entry: a request id, a tenant. JSON values only. */
export type AuditContext = Readonly<Record<string, unknown>>

/** Who acts. What is left out stays as it is around. */
export interface AuditActor {
  readonly actor?: string | undefined
  /** Laid over the context around it, name by name. */
  readonly context?: AuditContext | undefined
}

const actorNames: ReadonlySet<string> = new Set(['actor', 'context'])

const current = new AsyncLocalStorage<AuditActor>()

/**
 * Runs `run`, and all that it starts, on behalf of an actor; gives what it gives.
 *
 * @throws TypeError for what is no actor or no JSON, `INVALID_ARGUMENT` for more than
 * {@link auditContextBytesMax} or {@link actorBytesMax}.
 */
export function runAs<T>(who: string | AuditActor, run: () => T): T {
  const given = typeof who === 'string' ? { actor: who } : who
  assertOptions(given, actorNames, 'runAs')
  const around = current.getStore()
  const actor = given.actor === undefined ? around?.actor : ownActor(given.actor)
  const context =
    given.context === undefined ? around?.context : ownContext(given.context, around?.context)
  return current.run(Object.freeze({ actor, context }), run)
}

/** Who acts right now; undefined outside of {@link runAs}. */
export function currentActor(): AuditActor | undefined {
  return current.getStore()
}

/** @throws as {@link runAs}. */
export function ownActor(actor: unknown): string {
  if (typeof actor !== 'string') throw new TypeError(`actor is a string, not ${describe(actor)}`)
  if (actor === '' || !actor.isWellFormed() || Buffer.byteLength(actor) > actorBytesMax) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `actor is empty, longer than ${actorBytesMax} bytes or no well-formed text; give an id`,
    )
  }
  return actor
}

/** A frozen copy, laid over `around`. @throws as {@link runAs}. */
export function ownContext(context: unknown, around?: AuditContext): AuditContext {
  if (typeof context !== 'object' || context === null || !isPlainObject(context)) {
    throw new TypeError(`context is a plain object of JSON values, not ${describe(context)}`)
  }
  const json = encodeExactJson({ ...around, ...context })
  if (json === undefined) {
    throw new TypeError('context holds what JSON does not keep, such as a Date or undefined')
  }
  if (json.byteLength > auditContextBytesMax) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `context takes ${json.byteLength} bytes of JSON; at most ${auditContextBytesMax} fit, so ` +
        'put an id there and the rest elsewhere',
    )
  }
  return freezeDeep(JSON.parse(Buffer.from(json).toString()) as AuditContext)
}

/** Entries are handed to sinks as they are, and one must not change those of another. */
function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) freezeDeep(item)
  return Object.freeze(value)
}
