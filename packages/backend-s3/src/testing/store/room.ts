/** How many bytes the simulation may hold, so that a wrong test ends and the machine does not. */
import { S3Error } from '../protocol/s3-error.ts'

/** Counts what is held. */
export class Room {
  usedBytes = 0
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @throws S3Error `SimulationFull` (507) when there is no room for `bytes` more. */
  assertRoomFor(bytes: number): void {
    if (this.usedBytes + bytes > this.#maxBytes) {
      throw new S3Error('SimulationFull', {
        status: 507,
        message: `The simulation holds at most ${this.#maxBytes} bytes; see its bytesMax`,
      })
    }
  }

  /** @throws S3Error as {@link Room.assertRoomFor}. */
  take(bytes: number): void {
    this.assertRoomFor(bytes)
    this.usedBytes += bytes
  }

  give(bytes: number): void {
    this.usedBytes -= bytes
  }
}
