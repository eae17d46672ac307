/**
 * CBOR back to values, from bytes that nobody vouches for. cborg reads tokens; what is built of
 * them is decided here: a closed list of tags, nesting and sizes bounded, `__proto__` an ordinary
 * own property, nothing ever called or evaluated by name.
 */
import { type Token, Tokenizer } from 'cborg'
import { StorageError } from '../errors.ts'
import { strictText } from '../text.ts'
import { bigIntBytesMax, tags, typedArrayTags } from './structured-tags.ts'
import { valueDepthMax } from './value-path.ts'

type TypedArrayConstructor = new (buffer: ArrayBuffer) => ArrayBufferView

const typedArrays: ReadonlyMap<number, TypedArrayConstructor> = new Map(
  [...typedArrayTags].flatMap(([name, tag]) => {
    const constructor = (globalThis as unknown as Record<string, TypedArrayConstructor>)[name]
    return constructor === undefined ? [] : [[tag, constructor] as const]
  }),
)

/**
 * @throws StorageError `SERIALIZATION` for bytes that {@link encodeStructured} cannot have made.
 */
export function decodeStructured(bytes: Uint8Array, key: string): unknown {
  try {
    const reader = new Reader(bytes)
    const value = reader.value(0, -1)
    reader.assertEnd()
    return value
  } catch (cause) {
    throw new StorageError(
      'SERIALIZATION',
      'The object is no valid structured value (application/cbor) of this library; load it with ' +
        '{ as: "bytes" } to see what it is',
      { key, cause },
    )
  }
}

/** cborg gives all empty byte strings as one shared object; this gives each its own. */
function ownContent(token: Token): Uint8Array<ArrayBuffer> {
  const bytes = token.value as Uint8Array<ArrayBuffer>
  return bytes.byteLength === 0 ? new Uint8Array(0) : bytes
}

/** Bytes of a head (RFC 8949 section 3): the initial byte and the length that it announces. */
function headBytes(initial: number): number {
  const minor = initial & 0x1f
  return minor < 24 ? 1 : 1 + 2 ** (minor - 24)
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #tokens: Tokenizer
  /** What tag 28 marked, in order. `undefined` until it exists. */
  readonly #shared: unknown[] = []

  constructor(bytes: Uint8Array) {
    // A plain view: cborg copies with slice(), which on a Buffer would not copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#tokens = new Tokenizer(this.#bytes, { allowIndefinite: false })
  }

  assertEnd(): void {
    if (!this.#tokens.done()) throw this.#fault('bytes behind the value')
  }

  /** The next value. `slot` is its number among the shareable ones, or -1. */
  value(depth: number, slot: number): unknown {
    const token = this.#next()
    switch (token.type.major) {
      case 2:
        return this.#share(slot, ownContent(token))
      case 3:
        return this.#text(token)
      case 4:
        return this.#array(token.value as number, depth, this.#share(slot, []))
      case 5:
        return this.#record(token.value as number, depth, slot)
      case 6:
        return this.#tagged(token.value as number, depth, slot)
      default:
        return token.value
    }
  }

  #next(): Token {
    if (this.#tokens.done()) throw this.#fault('the end of the bytes')
    return this.#tokens.next()
  }

  #fault(what: string): RangeError {
    return new RangeError(`Unexpected ${what} near byte ${this.#tokens.pos()}`)
  }

  #share<T>(slot: number, value: T): T {
    if (slot >= 0) this.#shared[slot] = value
    return value
  }

  #assertDepth(depth: number): void {
    if (depth >= valueDepthMax) throw this.#fault(`nesting deeper than ${valueDepthMax} levels`)
  }

  /**
   * cborg drops a byte order mark and replaces what is no UTF-8 with U+FFFD. Its text is taken only
   * where neither can be: one character a byte, none of them replaced, is ASCII.
   */
  #text(token: Token): string {
    const text = token.value as string
    const end = this.#tokens.pos()
    const start = end - (token.encodedLength ?? 0)
    const textStart = start + headBytes(this.#bytes[start]!)
    if (end - textStart === text.length && !text.includes('\ufffd')) return text
    return strictText(this.#bytes.subarray(textStart, end))
  }

  #array(count: number, depth: number, into: unknown[]): unknown[] {
    this.#assertDepth(depth)
    for (let i = 0; i < count; i++) into.push(this.value(depth + 1, -1))
    return into
  }

  #record(count: number, depth: number, slot: number): object {
    this.#assertDepth(depth)
    const record = this.#share<Record<string, unknown>>(slot, {})
    for (let i = 0; i < count; i++) {
      const token = this.#next()
      if (token.type.major !== 3) throw this.#fault('a property name that is no text')
      const name = this.#text(token)
      if (Object.hasOwn(record, name)) throw this.#fault('a property that is there twice')
      const value = this.value(depth + 1, -1)
      if (name === '__proto__') {
        const property = { value, writable: true, enumerable: true, configurable: true }
        Object.defineProperty(record, name, property)
      } else record[name] = value
    }
    return record
  }

  #tagged(tag: number, depth: number, slot: number): unknown {
    switch (tag) {
      case tags.shareable: {
        if (slot >= 0) throw this.#fault('a mark on a mark')
        return this.value(depth, this.#shared.push(undefined) - 1)
      }
      case tags.reference:
        return this.#reference()
      case tags.bigInt:
        return this.#magnitude()
      case tags.negativeBigInt:
        return -1n - this.#magnitude()
      case tags.epochSeconds:
        return this.#share(slot, new Date(Math.round(this.#number() * 1000)))
      case tags.named:
        return this.#share(slot, this.#named())
      case tags.set:
        return this.#set(depth, this.#share(slot, new Set()))
      case tags.map:
        return this.#map(depth, this.#share(slot, new Map()))
      default:
        return this.#share(slot, this.#typedArray(tag))
    }
  }

  #reference(): unknown {
    const target = this.#shared[this.#number()]
    if (target === undefined) throw this.#fault('a reference to nothing')
    return target
  }

  #number(): number {
    const { value } = this.#next()
    if (typeof value !== 'number') throw this.#fault('something else than a number')
    return value
  }

  #content(): Uint8Array<ArrayBuffer> {
    const token = this.#next()
    if (token.type.major !== 2) throw this.#fault('something else than bytes')
    return ownContent(token)
  }

  /** cborg gives each byte string as a copy of its own; should it not, this makes one. */
  #buffer(): ArrayBuffer {
    const bytes = this.#content()
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer
  }

  #magnitude(): bigint {
    const bytes = this.#content()
    if (bytes.byteLength > bigIntBytesMax) throw this.#fault('a BigInt beyond the limit')
    return bytes.byteLength === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  }

  #named(): unknown {
    const { type, value } = this.#next()
    if (type.major !== 4 || value !== 2) throw this.#fault('something else than a named value')
    const name = this.#next().value as unknown
    if (name === 'Date') return new Date(this.#number())
    if (name === 'ArrayBuffer') return this.#buffer()
    if (name === 'DataView') return new DataView(this.#buffer())
    throw this.#fault('a name that is not on the list')
  }

  #set(depth: number, into: Set<unknown>): Set<unknown> {
    const { type, value } = this.#next()
    if (type.major !== 4) throw this.#fault('something else than the members of a Set')
    this.#assertDepth(depth)
    const count = value as number
    for (let i = 0; i < count; i++) into.add(this.value(depth + 1, -1))
    if (into.size !== count) throw this.#fault('a member that is there twice')
    return into
  }

  #map(depth: number, into: Map<unknown, unknown>): Map<unknown, unknown> {
    const { type, value } = this.#next()
    if (type.major !== 5) throw this.#fault('something else than the entries of a Map')
    this.#assertDepth(depth)
    const count = value as number
    for (let i = 0; i < count; i++) into.set(this.value(depth + 1, -1), this.value(depth + 1, -1))
    if (into.size !== count) throw this.#fault('a key that is there twice')
    return into
  }

  #typedArray(tag: number): ArrayBufferView {
    const constructor = typedArrays.get(tag)
    if (constructor === undefined) throw this.#fault(`tag ${tag}`)
    return new constructor(this.#buffer())
  }
}
