/**
 * Values that JSON would damage, as CBOR (RFC 8949). `docs/formats/structured-values.md` lists the
 * tags. The value is checked and turned into tokens in one walk; cborg writes the bytes.
 *
 * Invariant: every object is written once. Where it occurs again, a reference (tag 29) points to
 * its first occurrence (tag 28), so that cycles and shared parts come back as they were.
 */
import { encode, Token, Type } from 'cborg'
import { types } from 'node:util'
import { depthFault, sparseFault, symbolFault } from './json.ts'
import { isDenseArray, isPlainObject, prototypeDepth, refusal } from './plain.ts'
import { bigIntBytesMax, tags, typedArrayTags } from './structured-tags.ts'
import { lossError, ValuePath, valueDepthMax } from './value-path.ts'

type TokenTree = Token | TokenTree[]

/** The first occurrence of an object, and the places that point back to it. */
interface Occurrence {
  /** Empty, or the tag that makes it a target of references. */
  readonly mark: Token[]
  readonly references: Token[]
}

/** @throws StorageError `SERIALIZATION` with the place of what cannot be kept. */
export function encodeStructured(value: unknown): Uint8Array {
  const walk = new Walk()
  walk.add(value)
  const tokens = walk.finish()
  // cborg asks for the tokens of an (empty) array and gets ours: it only writes.
  return encode([], { typeEncoders: { Array: () => tokens } })
}

class Walk {
  readonly #out: TokenTree[] = []
  readonly #seen = new Map<object, Occurrence>()
  readonly #path = new ValuePath()

  finish(): TokenTree[] {
    let index = 0
    for (const { mark, references } of this.#seen.values()) {
      if (references.length === 0) continue
      mark.push(new Token(Type.tag, tags.shareable))
      for (const token of references) token.value = index
      index++
    }
    return this.#out
  }

  add(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#addText(value)
        return
      case 'number':
        this.#addNumber(value)
        return
      case 'boolean':
        this.#out.push(new Token(value ? Type.true : Type.false, value))
        return
      case 'undefined':
        this.#out.push(new Token(Type.undefined, undefined))
        return
      case 'bigint':
        this.#addBigInt(value)
        return
      case 'object':
        if (value === null) this.#out.push(new Token(Type.null, null))
        else this.#addObject(value)
        return
      default:
        throw lossError(this.#path, ...refusal(value))
    }
  }

  #addNumber(value: number): void {
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0)
    const type = isInteger ? (value < 0 ? Type.negint : Type.uint) : Type.float
    this.#out.push(new Token(type, value))
  }

  #addText(value: string): void {
    if (!value.isWellFormed()) {
      throw lossError(this.#path, 'text with a lone surrogate', 'call toWellFormed() first')
    }
    this.#out.push(new Token(Type.string, value))
  }

  #addBigInt(value: bigint): void {
    // Tag 3 holds -1 - n. Hexadecimal, because it converts in linear time.
    const magnitude = (value < 0n ? -1n - value : value).toString(16)
    const bytes = Buffer.from(magnitude.length % 2 === 0 ? magnitude : `0${magnitude}`, 'hex')
    if (bytes.byteLength > bigIntBytesMax) {
      const what = `a BigInt of more than ${bigIntBytesMax} bytes`
      throw lossError(this.#path, what, 'store it as bytes')
    }
    this.#addTagged(value < 0n ? tags.negativeBigInt : tags.bigInt, bytes)
  }

  #addTagged(tag: number, bytes: Uint8Array): void {
    this.#out.push(new Token(Type.tag, tag), new Token(Type.bytes, bytes))
  }

  #addObject(value: object): void {
    const seen = this.#seen.get(value)
    if (seen !== undefined) {
      const reference = new Token(Type.uint, 0)
      seen.references.push(reference)
      this.#out.push(new Token(Type.tag, tags.reference), reference)
      return
    }
    const occurrence: Occurrence = { mark: [], references: [] }
    this.#seen.set(value, occurrence)
    this.#out.push(occurrence.mark)
    if (ArrayBuffer.isView(value)) this.#addView(value)
    else this.#addContainer(value)
  }

  #addContainer(value: object): void {
    if (Object.getOwnPropertySymbols(value).length > 0) throw lossError(this.#path, ...symbolFault)
    if (isPlainObject(value)) {
      this.#addRecord(value as Record<string, unknown>)
      return
    }
    if (prototypeDepth(value) !== 2) throw lossError(this.#path, ...refusal(value))
    if (Array.isArray(value)) {
      if (!isDenseArray(value)) throw lossError(this.#path, ...sparseFault)
      this.#addItems([...(value as unknown[])])
      return
    }
    this.#addBuiltIn(value)
  }

  #addBuiltIn(value: object): void {
    const isKnown =
      types.isDate(value) ||
      types.isMap(value) ||
      types.isSet(value) ||
      (types.isArrayBuffer(value) && !value.detached)
    if (!isKnown) throw lossError(this.#path, ...refusal(value))
    if (Object.keys(value).length > 0) {
      throw lossError(this.#path, 'a built-in object with properties of its own', 'drop them')
    }
    if (types.isDate(value)) this.#addDate(value)
    else if (types.isMap(value)) this.#addMap(value)
    else if (types.isSet(value)) {
      this.#out.push(new Token(Type.tag, tags.set))
      this.#addItems([...value])
    } else this.#addNamed('ArrayBuffer', new Uint8Array(value))
  }

  /** For what nests: a container within `valueDepthMax` others is one level too many. */
  #assertDepth(): void {
    if (this.#path.depth >= valueDepthMax) throw lossError(this.#path, ...depthFault)
  }

  #addRecord(value: Record<string, unknown>): void {
    this.#assertDepth()
    const names = Object.keys(value)
    this.#out.push(new Token(Type.map, names.length))
    for (const name of names) {
      this.#path.push(name)
      this.#addText(name)
      this.add(value[name])
      this.#path.pop()
    }
  }

  /** @param items A copy: accessors and proxies met below could change what they are in. */
  #addItems(items: readonly unknown[]): void {
    this.#assertDepth()
    this.#out.push(new Token(Type.array, items.length))
    let place = 0
    for (const item of items) {
      this.#path.push(place++)
      this.add(item)
      this.#path.pop()
    }
  }

  #addMap(value: ReadonlyMap<unknown, unknown>): void {
    this.#assertDepth()
    const entries = [...value]
    this.#out.push(new Token(Type.tag, tags.map), new Token(Type.map, entries.length))
    let place = 0
    for (const [name, item] of entries) {
      this.#path.push(place++)
      this.add(name)
      this.add(item)
      this.#path.pop()
    }
  }

  /** Seconds since 1970 (tag 1) where that is exact, else milliseconds under a name. */
  #addDate(value: Date): void {
    const ms = value.getTime()
    const seconds = ms / 1000
    if (Number.isNaN(ms) || Math.round(seconds * 1000) === ms) {
      this.#out.push(new Token(Type.tag, tags.epochSeconds))
      this.#addNumber(seconds)
      return
    }
    this.#out.push(new Token(Type.tag, tags.named), new Token(Type.array, 2))
    this.#out.push(new Token(Type.string, 'Date'))
    this.#addNumber(ms)
  }

  #addNamed(name: string, bytes: Uint8Array): void {
    this.#out.push(new Token(Type.tag, tags.named), new Token(Type.array, 2))
    this.#out.push(new Token(Type.string, name), new Token(Type.bytes, bytes))
  }

  #addView(value: ArrayBufferView): void {
    const name = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? ''
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    const isBuffer = Buffer.isBuffer(value)
    const tag = typedArrayTags.get(name)
    if (types.isDataView(value) && prototypeDepth(value) === 2) this.#addNamed('DataView', bytes)
    else if (!isBuffer && prototypeDepth(value) !== 3) {
      throw lossError(this.#path, ...refusal(value))
    } else if (name === 'Uint8Array') this.#out.push(new Token(Type.bytes, bytes))
    else if (tag !== undefined) this.#addTagged(tag, bytes)
    else throw lossError(this.#path, ...refusal(value))
  }
}
