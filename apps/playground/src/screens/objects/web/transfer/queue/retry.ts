/** Which failures of an upload are worth another attempt, and what is behind them. */
import { answer, client } from '../../../../../web/api.ts'
import { ProblemError, problemOf } from '../../../../../web/problem.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { Transport } from './transport.ts'

/** The server was not there, or had no time. */
const passing: ReadonlySet<string> = new Set(['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED', 'CLOSED'])
/** The server does not have the upload as we know it: it is asked how it stands. */
const outOfStep: ReadonlySet<string> = new Set(['CONFLICT', 'NOT_FOUND', 'ABORTED'])

/** True for what may go well when it is done again. */
export function isPassing(error: unknown): boolean {
  return passing.has(problemOf(error).code)
}

/** True when the server and we count differently. */
export function isOutOfStep(error: unknown): boolean {
  return error instanceof ProblemError && outOfStep.has(error.problem.code)
}

/**
 * The browser says "network error" also for a file that it cannot read.
 *
 * @throws ProblemError when that is so.
 */
export async function assertReadable(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer()
  } catch {
    throw new ProblemError({
      code: 'CONFLICT',
      message: `The file ${file.name} changed or went away since it was chosen.`,
      fix: 'Choose it again.',
    })
  }
}

/** The clock of a file system is a few milliseconds behind. */
const slackMs = 1000

/**
 * Whether an object is the one that was sent: after an answer was lost, nobody else can tell. The
 * server is on this machine, so that its clock is ours.
 */
export async function wasWritten(
  { key, size, action, signal }: Pick<Transport, 'key' | 'size' | 'action' | 'signal'>,
  sentAt: number,
): Promise<boolean> {
  const api = client<ObjectsApi>('objects', action)
  const { rows } = await answer(api.rows.$post({ json: { keys: [key] } }, { init: { signal } }))
  const row = rows[0] ?? undefined
  return row !== undefined && row.size === size && row.modifiedAt >= sentAt - slackMs
}
