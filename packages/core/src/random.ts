/** Chance, injected, so that a failing run can be run again with the same seed. */
import { randomUUID } from 'node:crypto'

/** A source of random values. */
export interface Random {
  /** A number in `[0, 1)`, for jitter; not for secrets. */
  next(): number
  /** An id that no other call, process or host gives: 36 characters of `[0-9a-f-]`. */
  id(): string
}

/** The host's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  id: () => randomUUID(),
}
