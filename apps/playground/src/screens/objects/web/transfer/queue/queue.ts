/**
 * The uploads of this page: what was chosen, three at once, until all are over.
 *
 * Invariant: an upload that is waiting, running or being cancelled has a batch that waits for it,
 * and settles it exactly once.
 */
import { ProblemError, problemOf } from '../../../../../web/problem.ts'
import type { Saved } from '../../../server/wire.ts'
import { holdPage } from '../leaving.ts'
import { offerUndo } from '../undo.ts'
import { type Batch, openBatch } from './batch.ts'
import { type Cancelled, openCancellation } from './cancellation.tsx'
import { contentTypeOf } from './content-type.ts'
import { offerBatch } from './offer-batch.tsx'
import { alone } from './other-tabs.ts'
import { cancelled, tooLate, unanswered } from './refusals.ts'
import { cancelOnServer, type ServerName } from './sessions.ts'
import { transport, wholeBytesMax } from './transport.ts'
import type { Upload } from './upload.ts'
import { UploadList } from './upload-list.ts'

const runningMax = 3

export class UploadQueue {
  readonly list: UploadList = new UploadList()
  /** In the order in which they go. */
  readonly #waiting = new Map<number, Batch>()
  readonly #running = new Map<number, AbortController>()
  readonly #cancelling = new Map<number, Cancelled>()
  #letGo: (() => void) | undefined

  /** Lets uploads go, as one action. Those that have no file, or go already, are left out. */
  start(ids: readonly number[], part: Partial<Upload> = {}): void {
    for (const id of ids) this.list.change(id, part)
    const uploads = ids.flatMap((id) => {
      const upload = this.list.get(id)
      return upload?.file === undefined || this.#isOpen(id) ? [] : [upload]
    })
    if (uploads.length === 0) return
    const begin = (batch: Batch): void => {
      for (const { id } of uploads) {
        this.list.change(id, { state: 'waiting', problem: undefined })
        this.#waiting.set(id, batch)
      }
    }
    openBatch(uploads, begin, (written) => void offerBatch(written))
    this.#pump()
  }

  /**
   * Ends uploads and takes them off the list; what the server has of them goes. One that runs stays
   * until the server has said what came of it, and is done when it was written before.
   */
  cancel(ids: readonly number[]): void {
    const open = ids.filter((id) => this.#isOpen(id) && !this.#cancelling.has(id))
    const tell = openCancellation(open.length)
    for (const id of open) this.#cancelling.set(id, tell)
    for (const id of ids) {
      const running = this.#running.get(id)
      if (running === undefined) {
        this.#drop(id)
        continue
      }
      this.list.change(id, { state: 'cancelling', isStalled: false })
      running.abort(new DOMException('The upload was cancelled.', 'AbortError'))
    }
    this.#pump()
  }

  #isOpen(id: number): boolean {
    return this.#waiting.has(id) || this.#running.has(id)
  }

  /** One that was cancelled is over; the key, unless it was or may have been written. */
  #tellOver(id: number, key: string | undefined): void {
    this.#cancelling.get(id)?.(key)
    this.#cancelling.delete(id)
  }

  #drop(id: number): void {
    const { serverId, key } = this.list.get(id) ?? {}
    this.#tellOver(id, key)
    this.list.remove(id)
    this.#waiting.get(id)?.settle({ problem: cancelled })
    this.#waiting.delete(id)
    if (serverId === undefined) return
    // Of one that failed when its last answer was lost, nobody knows what came of it.
    void cancelOnServer(partsName(serverId)).then((saved) =>
      offerUndo(saved === 'unknown' ? undefined : saved?.undo),
    )
  }

  #pump(): void {
    for (const [id, batch] of this.#waiting) {
      if (this.#running.size >= runningMax) break
      this.#waiting.delete(id)
      const upload = this.list.get(id)
      if (upload?.file !== undefined) void this.#run(upload, upload.file, batch)
    }
    if (this.#waiting.size + this.#running.size > 0) {
      this.#letGo ??= holdPage()
    } else {
      this.#letGo?.()
      this.#letGo = undefined
    }
  }

  async #run(upload: Upload, file: File, batch: Batch): Promise<void> {
    const { id } = upload
    const abort = new AbortController()
    this.#running.set(id, abort)
    this.list.change(id, { state: 'running', isStalled: false })
    try {
      const saved = await this.#send(upload, file, batch, abort.signal)
      const problem = abort.signal.aborted ? tooLate : undefined
      this.list.change(id, { state: 'done', file: undefined, serverId: undefined, problem })
      this.#tellOver(id, undefined)
      batch.settle({ saved })
    } catch (error) {
      const problem = problemOf(error)
      const isThere = problem.code === 'ALREADY_EXISTS'
      const isGone = abort.signal.aborted && problem.code === 'ABORTED'
      if (isGone) this.list.remove(id)
      else this.list.change(id, { state: isThere ? 'exists' : 'failed', isStalled: false, problem })
      this.#tellOver(id, isGone ? upload.key : undefined)
      batch.settle({ problem })
    } finally {
      this.#running.delete(id)
      this.#pump()
    }
  }

  /** What it wrote. @throws ProblemError also when it was cancelled, and nothing was written. */
  async #send(
    upload: Upload,
    file: File,
    { action }: Batch,
    signal: AbortSignal,
  ): Promise<Saved | undefined> {
    const { id, key, size, isOverwrite, fingerprint, serverId } = upload
    const isWhole = size <= wholeBytesMax
    let name = serverId === undefined ? undefined : partsName(serverId)
    const contentType = contentTypeOf(file)
    const send = () =>
      transport({
        ...{ action, signal, key, file, size, contentType, isOverwrite, fingerprint, serverId },
        onProgress: (sentBytes, isStalled) => {
          if (!signal.aborted) this.list.change(id, { sentBytes, isStalled })
        },
        onNamed: (named) => {
          name = named
          if (named.kind === 'parts') this.list.change(id, { serverId: named.id })
        },
      })
    try {
      return await (isWhole ? send() : alone(upload, send))
    } catch (error) {
      if (!signal.aborted) throw error
      const saved = name === undefined ? undefined : await cancelOnServer(name)
      if (saved === undefined) throw new ProblemError(cancelled)
      if (saved === 'unknown') throw new ProblemError(unanswered)
      return saved
    }
  }
}

function partsName(id: string): ServerName {
  return { kind: 'parts', id }
}

/** The one of this page. */
export const queue: UploadQueue = new UploadQueue()
