/** One row for each frame: how long it is as it is stored, and the check of what it holds. */

const firstRows = 16

/** Rows in the order of the frames. */
export class FrameRows {
  readonly checkBytes: number
  #storedBytes = new Uint32Array(firstRows)
  #checks: Uint8Array
  #count = 0
  #total = 0

  constructor(checkBytes: number) {
    this.checkBytes = checkBytes
    this.#checks = new Uint8Array(firstRows * checkBytes)
  }

  get count(): number {
    return this.#count
  }

  /** Stored bytes of all frames. */
  get totalBytes(): number {
    return this.#total
  }

  /** Memory that the rows take. */
  get heldBytes(): number {
    return this.#storedBytes.byteLength + this.#checks.byteLength
  }

  add(storedBytes: number, check: Uint8Array): void {
    if (this.#count === this.#storedBytes.length) this.#grow()
    this.#storedBytes[this.#count] = storedBytes
    this.#checks.set(check, this.#count * this.checkBytes)
    this.#count++
    this.#total += storedBytes
  }

  storedBytes(frame: number): number {
    return this.#storedBytes[frame]!
  }

  check(frame: number): Uint8Array {
    const at = frame * this.checkBytes
    return this.#checks.subarray(at, at + this.checkBytes)
  }

  /** Where a frame begins; of the number behind the last one, where the last one ends. */
  offset(frame: number): number {
    let offset = 0
    for (let at = 0; at < frame; at++) offset += this.#storedBytes[at]!
    return offset
  }

  /** True when `frame` is told the same here as in `other`. */
  isSame(frame: number, storedBytes: number, check: Uint8Array): boolean {
    return this.storedBytes(frame) === storedBytes && Buffer.compare(this.check(frame), check) === 0
  }

  #grow(): void {
    const storedBytes = new Uint32Array(this.#count * 2)
    storedBytes.set(this.#storedBytes)
    this.#storedBytes = storedBytes
    const checks = new Uint8Array(this.#count * 2 * this.checkBytes)
    checks.set(this.#checks)
    this.#checks = checks
  }
}
