/**
 * How the bytes of a file get to the server: small files in one request, larger ones in parts that
 * can go on after anything that broke.
 *
 * Invariant: no byte is read before it is sent, and at most one part of a file is on its way.
 */
import type { Saved } from '../../../server/wire.ts'
import { inParts } from './parts.ts'
import { backoffMs, pause } from './pause.ts'
import { assertReadable, isOutOfStep, isPassing, wasWritten } from './retry.ts'
import { send } from './send.ts'
import type { ServerName } from './sessions.ts'

/** Up to so many bytes a file goes in one request. */
export const wholeBytesMax = 4 * 1024 ** 2
/** So often in a row; with the pauses between them, about three minutes. */
const failuresMax = 15

/** A file, where it goes, and who wants to know how far it is. */
export interface Transport {
  readonly action: string
  readonly signal: AbortSignal
  readonly key: string
  readonly file: File
  /** Of the file: to ask the file itself each time means to ask the disk. */
  readonly size: number
  readonly contentType: string
  readonly isOverwrite: boolean
  readonly fingerprint: string
  /** The upload that is to go on, when there is one. */
  readonly serverId: string | undefined
  /** Bytes that are there or on their way; `isStalled`: the server does not answer. */
  readonly onProgress: (sentBytes: number, isStalled: boolean) => void
  /** The server knows it by this name from now on. */
  readonly onNamed: (name: ServerName) => void
}

/** What one request of an upload came to. */
type Step = { readonly offset: number } | { readonly saved: Saved }

/** The requests of an upload, one after the other. */
export interface Stepper {
  readonly next: () => Promise<Step>
  /** Whether the last request brought the last byte. */
  readonly isLast: () => boolean
}

/**
 * Brings a file into the store. Undefined: it is there, but the answer that told of it was lost.
 *
 * @throws ProblemError, or the signal's reason when it fires.
 */
export async function transport(upload: Transport): Promise<Saved | undefined> {
  const { file, size, onProgress, signal } = upload
  const stepper = size <= wholeBytesMax ? inOne(upload) : inParts(upload)
  let failures = 0
  let sentBytes = 0
  /** When the last byte was sent to a server that did not answer. */
  let unansweredAt: number | undefined
  for (;;) {
    const begunAt = Date.now()
    try {
      if (unansweredAt !== undefined && (await wasWritten(upload, unansweredAt))) return undefined
      const step = await stepper.next()
      if ('saved' in step) return step.saved
      failures = 0
      sentBytes = step.offset
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof TypeError) {
        await assertReadable(file)
        if (stepper.isLast()) unansweredAt ??= begunAt
      }
      failures += 1
      const isWorthIt = isPassing(error) || (isOutOfStep(error) && size > wholeBytesMax)
      if (!isWorthIt || failures > failuresMax) throw error
      onProgress(sentBytes, true)
      await pause(backoffMs(failures - 1), signal)
    }
  }
}

function inOne(upload: Transport): Stepper {
  const { key, file, contentType, isOverwrite, action, signal, onProgress, onNamed } = upload
  return {
    isLast: () => true,
    async next() {
      onProgress(0, false)
      const id = crypto.randomUUID()
      onNamed({ kind: 'whole', id })
      const query = new URLSearchParams({ key, contentType, isOverwrite: String(isOverwrite), id })
      const saved = await send<Saved>('PUT', `/api/objects/upload?${query}`, file, {
        ...{ action, signal },
        onProgress: (bytes) => onProgress(bytes, false),
      })
      return { saved }
    },
  }
}
