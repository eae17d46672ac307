/** The backend whose calls wait for their turn, and whose bodies pass at a pace. */
import type { ReadResult, StorageBackend, WriteBody } from '../../backend.ts'
import { type Around, aroundCalls, bodyOpenings } from '../around.ts'
import type { BytePace } from './byte-pace.ts'
import { pacedBody, pacedSource } from './paced-body.ts'
import type { Turns } from './turns.ts'

/** @param pace Undefined: bodies pass as they come. */
export function rateLimited(
  inner: StorageBackend,
  turns: Turns,
  pace: BytePace | undefined,
): StorageBackend {
  const around: Around = async ({ operation, options, body }, run) => {
    // Not limited: it must answer also while the store is busy.
    if (operation === 'health') return run()
    const { signal } = options ?? {}
    const isOpening = bodyOpenings.has(operation)
    const hasBody = isOpening || body !== undefined
    if (hasBody) pace?.assertBearable(true)
    await turns.take(signal)
    // Meanwhile others may have booked more than is bearable.
    if (hasBody) pace?.assertBearable(true)
    if (body !== undefined) return paced(body, pace, signal, (own) => run(undefined, own))
    const answer = await run()
    return isOpening ? (pacedRead(answer as ReadResult, pace, signal) as typeof answer) : answer
  }
  return aroundCalls(inner, around, {
    onClose() {
      turns.close()
      pace?.close()
    },
  })
}

/** Bytes wait as a whole, a stream chunk by chunk. */
async function paced<T>(
  body: WriteBody,
  pace: BytePace | undefined,
  signal: AbortSignal | undefined,
  write: (body: WriteBody) => Promise<T>,
): Promise<T> {
  if (pace === undefined) return write(body)
  if (body instanceof Uint8Array) {
    await pace.pass(body.byteLength, signal)
    return write(body)
  }
  const source = pacedSource(body, pace, signal)
  try {
    return await write(source)
  } catch (error) {
    // The backend tells it as a body that failed.
    throw source.refusal ?? error
  }
}

function pacedRead(
  opened: ReadResult,
  pace: BytePace | undefined,
  signal: AbortSignal | undefined,
): ReadResult {
  const { body } = opened
  if (pace === undefined) return opened
  if (!(body instanceof Uint8Array)) return { ...opened, body: pacedBody(body, pace, signal) }
  // It is here already: those after it pay for it.
  pace.book(body.byteLength)
  return opened
}
