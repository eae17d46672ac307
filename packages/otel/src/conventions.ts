/**
 * What spans and metrics are called: OpenTelemetry's semantic conventions 1.45 where they fit, and
 * names of our own under `aos_storage` where they do not. Why is in
 * `docs/decisions/0017-opentelemetry.md`.
 *
 * ```
 * objects   read, write, ...       aos_storage.*
 * tables    tables.get, ...        db.*          (database client calls)
 * queues    queues.send, ...       messaging.*   (messaging client operations)
 * ```
 */
import { type OperationContext, type OperationOutcome, outcomeKind } from '@aos-storage/core'
import type { Attributes } from '@opentelemetry/api'

/** Where the names of {@link conventionOf} are written down. */
export const schemaUrl = 'https://opentelemetry.io/schemas/1.45.0'

export type Family = 'objects' | 'tables' | 'queues'

export interface Convention {
  readonly family: Family
  /** The method: `get` of `tables.get`. */
  readonly method: string
  /** Of few values each: what metrics may have, and spans have too. */
  readonly attributes: Attributes
}

/** Operations whose context's key is the start of names that are listed. */
const listings: ReadonlySet<string> = new Set(['list', 'tables.listTables', 'queues.listQueues'])

/** What the conventions call a method of a queue; the others are none of their kinds. */
const messagingTypes: Readonly<Record<string, string>> = {
  send: 'send',
  receive: 'receive',
  delete: 'settle',
}

// A few dozen at most: operations times backends, which both are fixed by the program.
const known = new Map<string, Convention>()
const knownMax = 1000

/** How an operation of a backend is told. */
export function conventionOf({ operation, backend }: OperationContext): Convention {
  const name = `${operation}\n${backend}`
  const found = known.get(name)
  if (found !== undefined) return found
  const made = makeConvention(operation, backend)
  if (known.size < knownMax) known.set(name, made)
  return made
}

function makeConvention(operation: string, backend: string): Convention {
  const dot = operation.indexOf('.')
  const method = operation.slice(dot + 1)
  const family = dot === -1 ? 'objects' : (operation.slice(0, dot) as Family)
  return { family, method, attributes: Object.freeze(attributesOf(family, method, backend)) }
}

function attributesOf(family: Family, method: string, backend: string): Attributes {
  if (family === 'tables') return { 'db.system.name': backend, 'db.operation.name': method }
  if (family === 'objects') {
    return { 'aos_storage.backend': backend, 'aos_storage.operation': method }
  }
  const type = messagingTypes[method]
  return {
    'messaging.system': backend,
    'messaging.operation.name': method,
    ...(type === undefined ? {} : { 'messaging.operation.type': type }),
  }
}

/** `get orders` where the name of the table or queue is told, else `get sqlite`. */
export function spanName(context: OperationContext, { family, method }: Convention): string {
  const { backend, key, operation } = context
  // Keys of objects are too many for names of spans.
  const target = family === 'objects' || listings.has(operation) ? backend : (key ?? backend)
  return `${method} ${target}`
}

/** What the manager tells only when it was made with `diagnostics: { keys: true }`. */
export function keyAttributes({ key, operation }: OperationContext, family: Family): Attributes {
  if (key === undefined) return {}
  if (listings.has(operation)) return { 'aos_storage.prefix': key }
  if (family === 'tables') return { 'db.collection.name': key }
  return { [family === 'queues' ? 'messaging.destination.name' : 'aos_storage.key']: key }
}

/**
 * The outcome as an error, or undefined for what is none: an answer such as `NOT_FOUND`, and what
 * the caller ended with a signal.
 */
export function errorType(outcome: OperationOutcome | undefined): string | undefined {
  if (outcome === undefined || outcome === 'ABORTED') return undefined
  return outcomeKind(outcome) === 'answer' ? undefined : outcome
}
