/**
 * A set of hashes of 16 bytes, at 64 bytes of memory each at most: a table with open addressing,
 * whose places the first bytes of a hash give. A place of zeroes is empty.
 */
export const hashBytes = 16

export class HashSet {
  #slots: Buffer
  #size = 0

  /** @param hashes One after the other. */
  constructor(hashes: Buffer = Buffer.alloc(0)) {
    let slots = 1024
    while (slots * hashBytes < hashes.byteLength * 2) slots *= 2
    this.#slots = Buffer.alloc(slots * hashBytes)
    this.#addAll(hashes)
  }

  get size(): number {
    return this.#size
  }

  has(hash: Buffer): boolean {
    return !isZero(this.#slots, this.#placeOf(hash))
  }

  /** One of zeroes is none. */
  add(hash: Buffer): void {
    const place = this.#placeOf(hash)
    if (isZero(hash, 0) || !isZero(this.#slots, place)) return
    hash.copy(this.#slots, place)
    this.#size++
    if (this.#size * hashBytes * 2 > this.#slots.byteLength) this.#grow()
  }

  /** One after the other, in no order. */
  *[Symbol.iterator](): Generator<Buffer, void, undefined> {
    for (let place = 0; place < this.#slots.byteLength; place += hashBytes) {
      if (!isZero(this.#slots, place)) yield this.#slots.subarray(place, place + hashBytes)
    }
  }

  /** Where it stands, or the empty place where it would. */
  #placeOf(hash: Buffer): number {
    const mask = this.#slots.byteLength / hashBytes - 1
    for (let slot = hash.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const place = slot * hashBytes
      const isIt = this.#slots.compare(hash, 0, hashBytes, place, place + hashBytes) === 0
      if (isIt || isZero(this.#slots, place)) return place
    }
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = Buffer.alloc(before.byteLength * 2)
    this.#size = 0
    this.#addAll(before)
  }

  #addAll(hashes: Buffer): void {
    for (let at = 0; at + hashBytes <= hashes.byteLength; at += hashBytes) {
      this.add(hashes.subarray(at, at + hashBytes))
    }
  }
}

function isZero(bytes: Buffer, at: number): boolean {
  for (let word = at; word < at + hashBytes; word += 4) {
    if (bytes.readUInt32LE(word) !== 0) return false
  }
  return true
}
