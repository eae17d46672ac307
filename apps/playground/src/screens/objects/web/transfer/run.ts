/** Transfers and undo on the server, line by line. */
import { answer, client, lines, request } from '../../../../web/api.ts'
import { type Problem, ProblemError, problemOf } from '../../../../web/problem.ts'
import type { ObjectsApi } from '../../server/index.ts'
import type {
  TransferFailure,
  TransferLine,
  TransferProgress,
  TransferRequest,
  TransferResult,
  UndoOffer,
  UndoState,
} from '../../server/wire.ts'

/** In which action, until when, and who wants to know how far it is. */
export interface Run {
  readonly action: string
  readonly signal: AbortSignal
  readonly onProgress?: (progress: TransferProgress) => void
}

const brokenOff: Problem = {
  code: 'UNAVAILABLE',
  message: 'The connection broke before the playground told what came of it.',
  fix: 'Look at the list: a part of it may be done.',
}

/** Copies, moves or deletes; or only counts. @throws ProblemError */
export function transfer(body: TransferRequest, run: Run): Promise<TransferResult> {
  return streamed('/api/objects/transfer', body, run)
}

/**
 * Stops the transfer of this id after what is under way; its own result tells what was done. False
 * when it is over already. @throws ProblemError
 */
export async function stopTransfer(id: string, action: string): Promise<boolean> {
  const api = client<ObjectsApi>('objects', action)
  return (await answer(api.transfer.stop.$post({ json: { id } }))).isStopped
}

/** What can be taken back now. @throws ProblemError */
export function undoState(signal?: AbortSignal): Promise<UndoState> {
  const init = signal === undefined ? {} : { signal }
  return answer(client<ObjectsApi>('objects').undo.$get({}, { init }))
}

/** What came of taking actions back. */
export interface Undone extends Pick<TransferResult, 'done' | 'failed' | 'failedCount'> {
  /** What may go well when it is tried again. */
  readonly again: readonly UndoOffer[]
}

/** Takes an action back. @throws ProblemError */
export async function undo(offer: UndoOffer, run: Run): Promise<Undone> {
  const result = await streamed('/api/objects/undo', { id: offer.id }, run)
  return { ...result, again: result.undo === null ? [] : [result.undo] }
}

const failuresTold = 100

/** Takes actions back, the last one first. What fails is told of, and does not end it. */
export async function undoAll(offers: readonly UndoOffer[], run: Run): Promise<Undone> {
  const { action, signal, onProgress } = run
  const failed: TransferFailure[] = []
  const again: UndoOffer[] = []
  let [done, failedCount] = [0, 0]
  for (const offer of offers.toReversed()) {
    const one = await undo(offer, { action, signal }).catch((error: unknown) =>
      notUndone(offer, problemOf(error)),
    )
    done += one.done
    failedCount += one.failedCount
    failed.push(...one.failed.slice(0, failuresTold - failed.length))
    again.unshift(...one.again)
    onProgress?.({ done: done + failedCount, total: offers.length, bytes: 0 })
  }
  return { done, failed, failedCount, again }
}

function notUndone(offer: UndoOffer, problem: Problem): Undone {
  // Nobody has it any more.
  const again = problem.code === 'NOT_FOUND' ? [] : [offer]
  return { done: 0, failedCount: 1, failed: [{ key: offer.key ?? offer.label, problem }], again }
}

async function streamed(path: string, body: object, run: Run): Promise<TransferResult> {
  const response = await request(path, run.action, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: run.signal,
  })
  for await (const batch of lines<TransferLine>(response)) {
    for (const line of batch) {
      if ('error' in line) throw new ProblemError(line.error)
      if ('result' in line) return line.result
      run.onProgress?.(line.progress)
    }
  }
  throw new ProblemError(brokenOff)
}
