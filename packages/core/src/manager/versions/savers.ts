/**
 * The savers of one key in this process, one after the other: racing each other they would only
 * refuse each other. Other processes, and other backends over the same store, race all the same.
 */
import type { StorageBackend } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { abortError } from '../../options.ts'

/** Savers of one key that may wait in one process. */
const saversWaitingMax = 1000

interface Line {
  waiting: number
  last: Promise<unknown>
}

const lines = new WeakMap<StorageBackend, Map<string, Line>>()

/**
 * Runs `work` when all that came before it for this key have ended.
 *
 * @throws StorageError `ABORTED` when the signal fires while it waits: `work` is not run then.
 * `RATE_LIMITED` when {@link saversWaitingMax} wait already.
 */
export async function inLine<T>(
  backend: StorageBackend,
  key: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const ofBackend = lines.get(backend) ?? new Map<string, Line>()
  lines.set(backend, ofBackend)
  const line = ofBackend.get(key) ?? { waiting: 0, last: Promise.resolve() }
  if (line.waiting >= saversWaitingMax) throw tooMany(key)
  ofBackend.set(key, line)
  line.waiting++
  const before = line.last
  const turn = Promise.withResolvers<void>()
  line.last = before.then(() => turn.promise)
  try {
    await untilTurn(before, signal)
    return await work()
  } finally {
    turn.resolve()
    if (--line.waiting === 0) ofBackend.delete(key)
  }
}

/** One that leaves the line holds nobody up: who is behind it waits for those before. */
function untilTurn(before: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return before
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal))
    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const onTurn = (): void => {
      signal.removeEventListener('abort', onAbort)
      resolve(undefined)
    }
    // Whoever came before never rejects here.
    before.then(onTurn, onTurn)
  })
}

function tooMany(key: string): StorageError {
  const message =
    `${saversWaitingMax} savers of versions of this key wait in this process already; ` +
    'await some before you begin more'
  return new StorageError('RATE_LIMITED', message, { key })
}
