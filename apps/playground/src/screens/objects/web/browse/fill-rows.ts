/** Reads a listing into rows. */
import type { EntriesEnd, Row } from '../../server/wire.ts'
import { readEntries } from './entries.ts'
import type { Rows } from './rows.ts'

/** Batches that come faster are taken in together: each costs a drawing of the list. */
const takeInMs = 100

export interface Filling {
  readonly prefix: string
  readonly action: string
  readonly signal: AbortSignal
  /** Called when rows were taken in: the first batch at once, later ones together. */
  readonly tell: () => void
}

/**
 * Reads all rows right under a prefix into `rows`. Undefined: the signal fired before the end.
 *
 * @throws ProblemError
 */
export async function fillRows(rows: Rows, filling: Filling): Promise<EntriesEnd | undefined> {
  const { prefix, action, signal, tell } = filling
  let waiting: Row[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const takeIn = (): void => {
    timer = undefined
    rows.append(waiting)
    waiting = []
    tell()
  }
  try {
    const entries = readEntries(prefix, action, signal)
    for (;;) {
      const { value, done } = await entries.next()
      if (signal.aborted) return undefined
      if (done === true) {
        rows.append(waiting)
        return value
      }
      waiting.push(...value)
      if (rows.byKey.length === 0) takeIn()
      else timer ??= setTimeout(takeIn, takeInMs)
    }
  } catch (error) {
    if (signal.aborted) return undefined
    // What came before is true.
    rows.append(waiting)
    throw error
  } finally {
    clearTimeout(timer)
  }
}
