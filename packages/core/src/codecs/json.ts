/**
 * JSON, for values that it keeps exactly.
 *
 * `JSON.stringify` damages in silence: a Date becomes text, undefined vanishes, NaN becomes null,
 * -0 becomes 0. One walk before it decides; it costs documents of 1 KiB one to two microseconds.
 */
import { StorageError } from '../errors.ts'
import { decodeText, utf8Bytes } from '../text.ts'
import { isDenseArray, isPlainObject, refusal } from './plain.ts'
import { lossError, ValuePath, valueDepthMax } from './value-path.ts'

/** Up to here cycles are not looked for: walking this deep is cheaper than remembering. */
const quickDepthMax = 64
/** So many objects are walked without looking for shared ones. Beyond, each is walked once. */
const quickVisitsMax = 10_000
/** JSON writes shared parts once for each place. More places than this for one object: no JSON. */
const copiesMax = 8

/**
 * The UTF-8 JSON of a value that JSON keeps exactly, else undefined; also for what nothing keeps.
 *
 * What is written is a copy made by the walk that checks it: an accessor or a proxy that gives
 * something else the second time, or a hidden toJSON, would otherwise be stored unchecked.
 */
export function encodeExactJson(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null) {
    return isExactPrimitive(value) ? utf8Bytes(JSON.stringify(value)) : undefined
  }
  const copy = exactCopy(value)
  return copy === undefined ? undefined : utf8Bytes(JSON.stringify(copy))
}

function exactCopy(value: object): object | undefined {
  try {
    return copyOf(value, 0, { left: quickVisitsMax })
  } catch (error) {
    if (error !== tooMuch) throw error
    return copyOfShared(value)
  }
}

/** Counts down; a walk without limits would follow cycles, and shared parts exponentially often. */
interface Visits {
  left: number
}

const tooMuch = Symbol('deeper than quickDepthMax or more than quickVisitsMax')

function isExactPrimitive(value: unknown): boolean {
  if (typeof value === 'number') {
    return Number.isFinite(value) && (value !== 0 || !Object.is(value, -0))
  }
  return typeof value === 'string' || typeof value === 'boolean' || value === null
}

/** Undefined when JSON would not keep it. */
function copyOf(value: object, depth: number, visits: Visits): object | undefined {
  // oxlint-disable-next-line typescript/only-throw-error -- ends the walk at once, costs no stack
  if (depth > quickDepthMax || --visits.left < 0) throw tooMuch
  const copy = shallowCopy(value)
  if (copy === undefined) return undefined
  if (Array.isArray(copy)) return fillItems(copy, depth, visits)
  // for-in reads fields by the engine's own cache, twice as fast as Object.keys. Were a prototype
  // polluted, its values would be judged too: at worst plain data goes to the structured codec.
  for (const name in copy) {
    const item = copy[name]
    if (typeof item === 'string') continue
    if (typeof item !== 'object' || item === null) {
      if (isExactPrimitive(item)) continue
      return undefined
    }
    const inner = copyOf(item, depth + 1, visits)
    if (inner === undefined) return undefined
    setOwn(copy, name, inner)
  }
  return copy
}

function fillItems(copy: unknown[], depth: number, visits: Visits): object | undefined {
  for (let i = 0; i < copy.length; i++) {
    const item = copy[i]
    if (typeof item !== 'object' || item === null) {
      if (isExactPrimitive(item)) continue
      return undefined
    }
    const inner = copyOf(item, depth + 1, visits)
    if (inner === undefined) return undefined
    copy[i] = inner
  }
  return copy
}

type Fields = Record<string, unknown>

/** The own fields of an array or plain object, each read once; undefined for any other object. */
function shallowCopy(value: object): Fields | undefined {
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined
  if (!Array.isArray(value)) return isPlainObject(value) ? { ...value } : undefined
  const prototype = Object.getPrototypeOf(value) as unknown
  if (prototype !== Array.prototype && !isForeignArray(prototype)) return undefined
  if (!isDenseArray(value)) return undefined
  return [...(value as unknown[])] as unknown as Fields
}

function setOwn(copy: Fields, name: string, value: object): void {
  if (name !== '__proto__') copy[name] = value
  else Object.defineProperty(copy, name, { value, enumerable: true, configurable: true })
}

/** An array of another realm: its prototype is itself an array, one below that Object's. */
function isForeignArray(prototype: unknown): boolean {
  return Array.isArray(prototype) && isPlainObject(Object.getPrototypeOf(prototype) as object)
}

/** A copy, and what JSON would write for it: how many objects, and how deeply nested. */
interface SharedCopy {
  readonly copy: object
  readonly objects: number
  readonly levels: number
}

/** As {@link copyOf}, each object once: for what is deep, large or shared. */
function copyOfShared(value: object): object | undefined {
  const copies = new Map<object, SharedCopy | undefined>()
  const whole = copyOnce(value, 0, copies)
  const objectsMax = quickVisitsMax + copiesMax * copies.size
  return whole === undefined || whole.objects > objectsMax ? undefined : whole.copy
}

/** Undefined when JSON would not keep it, cycles (`undefined` in the map) and depth included. */
function copyOnce(
  value: object,
  depth: number,
  copies: Map<object, SharedCopy | undefined>,
): SharedCopy | undefined {
  const known = copies.get(value)
  if (known !== undefined) return depth + known.levels <= valueDepthMax ? known : undefined
  if (copies.has(value) || depth >= valueDepthMax) return undefined
  const copy = shallowCopy(value)
  if (copy === undefined) return undefined
  copies.set(value, undefined)
  let objects = 1
  let levels = 1
  for (const name of Object.keys(copy)) {
    const item = copy[name]
    if (typeof item !== 'object' || item === null) {
      if (isExactPrimitive(item)) continue
      return undefined
    }
    const inner = copyOnce(item, depth + 1, copies)
    if (inner === undefined) return undefined
    setOwn(copy, name, inner.copy)
    objects += inner.objects
    levels = Math.max(levels, 1 + inner.levels)
  }
  const whole = { copy, objects, levels }
  copies.set(value, whole)
  return whole
}

/** @throws StorageError `SERIALIZATION` with the place of what JSON would damage. */
export function encodeJson(value: unknown): Uint8Array {
  const exact = encodeExactJson(value)
  if (exact !== undefined) return exact
  explain(value, new ValuePath(), new Set(), new Set())
  throw new StorageError(
    'SERIALIZATION',
    'JSON would write the shared parts of this value too often or too deeply nested; drop the ' +
      'JSON content type, and it is kept as application/cbor',
  )
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
function explain(
  value: unknown,
  path: ValuePath,
  ancestors: Set<object>,
  faultless: Set<object>,
): void {
  const fault = faultOf(value, path, ancestors)
  if (fault !== undefined) throw lossError(path, ...fault)
  if (typeof value !== 'object' || value === null || faultless.has(value)) return
  ancestors.add(value)
  for (const [name, item] of Object.entries(value)) {
    path.push(Array.isArray(value) ? Number(name) : name)
    explain(item, path, ancestors, faultless)
    path.pop()
  }
  ancestors.delete(value)
  faultless.add(value)
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
    return isExactPrimitive(value)
      ? undefined
      : ['a number that JSON cannot hold (NaN, Infinity or -0)', elsewhere]
  }
  if (typeof value === 'function' || typeof value === 'symbol') return refusal(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (ancestors.has(value)) return ['a cycle, which JSON cannot hold', elsewhere]
  if (path.depth >= valueDepthMax) return depthFault
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
