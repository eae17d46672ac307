/**
 * Kinds of objects told apart by what they are, not by what they claim: internal slots and
 * prototype chains, so that values of another realm (a vm context, a worker) are seen as well.
 */
import { types } from 'node:util'

/** True for `{}` and null-prototype objects of any realm; false for class instances. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/**
 * How many prototypes are above `value`: 2 for a Date, Map, Set, Array or ArrayBuffer, 3 for a
 * typed array. More is a subclass, whose behaviour cannot be stored.
 */
export function prototypeDepth(value: object): number {
  let depth = 0
  let at = Object.getPrototypeOf(value) as object | null
  for (; at !== null && depth < 8; depth++) at = Object.getPrototypeOf(at) as object | null
  return depth
}

/** True when an array holds exactly its indices: no holes, no properties beside them. */
export function isDenseArray(value: readonly unknown[]): boolean {
  if (Object.keys(value).length !== value.length) return false
  // Equal counts may hide a hole beside an extra property.
  for (let i = 0; i < value.length; i++) if (value[i] === undefined && !(i in value)) return false
  return true
}

/** What a value that cannot be stored is called, and how to mend it. */
export function refusal(value: unknown): [what: string, fix: string] {
  if (typeof value === 'function') return ['a function', 'store data and rebuild it on load']
  if (typeof value === 'symbol') return ['a symbol', 'store its description']
  if (types.isPromise(value)) return ['a Promise', 'await it first']
  if (types.isRegExp(value)) return ['a RegExp', 'store its source and flags']
  if (types.isNativeError(value)) return ['an Error', 'store its name and message']
  if (types.isBoxedPrimitive(value)) return ['a boxed primitive', 'call valueOf() first']
  if (types.isWeakMap(value) || types.isWeakSet(value)) {
    return ['a weak collection', 'its members cannot be listed, use a Map or Set']
  }
  if (types.isProxy(value)) return ['a Proxy of a class instance', 'store a plain copy']
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name
  const label = typeof name === 'string' && name !== '' ? ` of ${name.slice(0, 64)}` : ''
  return [
    `an instance${label}, whose class would be lost`,
    'convert it to a plain object, or give the manager a codec for it',
  ]
}
