/** How many bytes the simulation may hold, so that a wrong test ends and the machine does not. */
import { S3Error } from '../protocol/s3-error.ts'

/** Counts what is held. */
export class Room {
  usedBytes = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @throws S3Error `SimulationFull` (507) for what would not fit into an empty simulation. */
  assertFits(bytes: number): void {
    if (bytes > this.#maxBytes) throw this.#full()
  }

  /**
   * Counts bytes that are held, in place of others.
   *
   * @throws S3Error `SimulationFull` (507) when there is no room for them; nothing is counted then.
   */
  take(bytes: number, replacedBytes: number): void {
    if (this.usedBytes + bytes - replacedBytes > this.#maxBytes) throw this.#full()
    this.usedBytes += bytes - replacedBytes
  }

  give(bytes: number): void {
    this.usedBytes -= bytes
  }

  #full(): S3Error {
    return new S3Error('SimulationFull', {
      status: 507,
      message: `The simulation holds at most ${this.#maxBytes} bytes; see its bytesMax`,
    })
  }
}
