/**
 * JSON, for values that it keeps exactly.
 *
 * `JSON.stringify` damages in silence: a Date becomes text, undefined vanishes, NaN becomes null,
 * -0 becomes 0. One walk before it decides; documents of 1 KiB cost about a microsecond.
 */
import { decodeText, utf8Bytes } from '../body.ts'
import { StorageError } from '../errors.ts'
import { isDenseArray, isPlainObject, refusal } from './plain.ts'
import { lossError, ValuePath, valueDepthMax } from './value-path.ts'

/** Up to here cycles are not looked for: walking this deep is cheaper than remembering. */
const quickDepthMax = 64

/** True when JSON keeps `value` exactly. False also for what nothing can keep. */
export function isJsonExact(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isExact(value, 0, undefined)
  try {
    return isExact(value, 0, undefined)
  } catch (error) {
    if (error !== tooDeep) throw error
    return isExact(value, 0, new Set())
  }
}

const tooDeep = Symbol('deeper than quickDepthMax')

function isExact(value: unknown, depth: number, ancestors: Set<object> | undefined): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0))
    case 'object':
      return value === null || isExactObject(value, depth, ancestors)
    default:
      return false
  }
}

function isExactObject(value: object, depth: number, ancestors?: Set<object>): boolean {
  if (ancestors === undefined) {
    // oxlint-disable-next-line typescript/only-throw-error -- ends the walk at once, costs no stack
    if (depth > quickDepthMax) throw tooDeep
  } else {
    if (depth > valueDepthMax || ancestors.has(value)) return false
    ancestors.add(value)
  }
  const isKept = Array.isArray(value)
    ? isExactArray(value, depth + 1, ancestors)
    : isExactRecord(value as Record<string, unknown>, depth + 1, ancestors)
  ancestors?.delete(value)
  return isKept
}

function isExactArray(value: unknown[], depth: number, ancestors?: Set<object>): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown
  if (prototype !== Array.prototype && !isForeignArray(prototype)) return false
  if (!isDenseArray(value)) return false
  for (let i = 0; i < value.length; i++) {
    if (!isExact(value[i], depth, ancestors)) return false
  }
  return Object.getOwnPropertySymbols(value).length === 0
}

/** An array of another realm: its prototype is itself an array, one below that Object's. */
function isForeignArray(prototype: unknown): boolean {
  return Array.isArray(prototype) && isPlainObject(Object.getPrototypeOf(prototype) as object)
}

function isExactRecord(
  value: Record<string, unknown>,
  depth: number,
  ancestors?: Set<object>,
): boolean {
  if (!isPlainObject(value)) return false
  // for-in reads fields by the engine's own cache, twice as fast as Object.keys. Were a prototype
  // polluted, its values would be judged too: at worst plain data goes to the structured codec.
  for (const name in value) {
    const item = value[name]
    if (typeof item !== 'string' && !isExact(item, depth, ancestors)) return false
  }
  return Object.getOwnPropertySymbols(value).length === 0
}

/** The UTF-8 JSON of a value of which {@link isJsonExact} is true. */
export function encodeExactJson(value: unknown): Uint8Array {
  return utf8Bytes(JSON.stringify(value))
}

/** @throws StorageError `SERIALIZATION` with the place of what JSON would damage. */
export function encodeJson(value: unknown): Uint8Array {
  if (isJsonExact(value)) return encodeExactJson(value)
  explain(value, new ValuePath(), new Set())
  throw new StorageError('SERIALIZATION', 'JSON cannot keep this value')
}

/** @throws StorageError `SERIALIZATION` unless the bytes are JSON, nested within the limit. */
export function decodeJson(bytes: Uint8Array, key: string): unknown {
  const text = decodeText(bytes, key)
  assertJsonDepth(text, key)
  try {
    return JSON.parse(text)
  } catch {
    // The engine's message quotes the stored text, so it is no cause to hand on to a log.
    throw new StorageError(
      'SERIALIZATION',
      'The object is not valid JSON; load it with { as: "text" } and mend it',
      { key },
    )
  }
}

/** Refuses what would parse and then overflow the stack of everything that walks it. */
function assertJsonDepth(text: string, key: string): void {
  if (!hasManyOpeners(text)) return
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22) i = endOfString(text, i)
    else if (unit === 0x5b || unit === 0x7b) depth++
    else if (unit === 0x5d || unit === 0x7d) depth--
    if (depth > valueDepthMax) {
      throw new StorageError(
        'SERIALIZATION',
        `The stored JSON is nested deeper than ${valueDepthMax} levels`,
        { key },
      )
    }
  }
}

/** Few documents have so many brackets that they could be too deep; then nothing is counted. */
function hasManyOpeners(text: string): boolean {
  if (text.length <= 2 * valueDepthMax) return false
  let left = valueDepthMax
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (--left < 0) return true
    }
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let end = start + 1; ; end++) {
    end = text.indexOf('"', end)
    if (end === -1) return text.length
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return end
  }
}

/** Walks again, slowly, to say where the fault is. Returns when there is none below. */
function explain(value: unknown, path: ValuePath, ancestors: Set<object>): void {
  const fault = faultOf(value, path, ancestors)
  if (fault !== undefined) throw lossError(path, ...fault)
  if (typeof value !== 'object' || value === null) return
  ancestors.add(value)
  for (const [name, item] of Object.entries(value)) {
    path.push(Array.isArray(value) ? Number(name) : name)
    explain(item, path, ancestors)
    path.pop()
  }
  ancestors.delete(value)
}

const elsewhere = 'drop the JSON content type, and it is kept as application/cbor'

function faultOf(
  value: unknown,
  path: ValuePath,
  ancestors: Set<object>,
): [what: string, fix: string] | undefined {
  if (value === undefined) return ['undefined, which JSON drops', elsewhere]
  if (typeof value === 'bigint') return ['a BigInt, which JSON cannot hold', elsewhere]
  if (typeof value === 'number') {
    return isExact(value, 0, undefined)
      ? undefined
      : ['a number that JSON cannot hold (NaN, Infinity or -0)', elsewhere]
  }
  if (typeof value === 'function' || typeof value === 'symbol') return refusal(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (ancestors.has(value)) return ['a cycle, which JSON cannot hold', elsewhere]
  if (path.depth > valueDepthMax) return depthFault
  if (Object.getOwnPropertySymbols(value).length > 0) return symbolFault
  if (Array.isArray(value)) {
    return isDenseArray(value) ? undefined : sparseFault
  }
  return isPlainObject(value) ? undefined : objectFault(value)
}

function objectFault(value: object): [what: string, fix: string] {
  const name = Object.prototype.toString.call(value).slice(8, -1)
  const isKeptAsCbor = /^(?:Date|Map|Set|ArrayBuffer|DataView|\w+Array)$/.test(name)
  return isKeptAsCbor ? [`a ${name}, which JSON damages`, elsewhere] : refusal(value)
}

/** Faults that the structured codec has as well. */
export const depthFault: [string, string] = [
  `nested deeper than ${valueDepthMax} levels`,
  'flatten it or split it into several objects',
]
export const symbolFault: [string, string] = ['an object with symbol keys', 'use string keys']
export const sparseFault: [string, string] = [
  'an array with holes or with properties beside its elements',
  'fill the holes, or use an object',
]
