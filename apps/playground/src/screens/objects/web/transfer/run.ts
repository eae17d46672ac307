/** Transfers and undo on the server, line by line. */
import { answer, client, lines, request } from '../../../../web/api.ts'
import { type Problem, ProblemError } from '../../../../web/problem.ts'
import type { ObjectsApi } from '../../server/index.ts'
import type {
  TransferLine,
  TransferProgress,
  TransferRequest,
  TransferResult,
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

/** Takes an action back. @throws ProblemError */
export function undo(id: string, run: Run): Promise<TransferResult> {
  return streamed('/api/objects/undo', { id }, run)
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
