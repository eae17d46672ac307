/**
 * The uploads of this page: what was chosen, three at once, until all are over.
 *
 * Invariant: an upload that is waiting or running has a batch that waits for it, and settles it
 * exactly once.
 */
import { problemOf, type Problem } from '../../../../../web/problem.ts'
import { offerUndo } from '../transfers.ts'
import { type Batch, openBatch } from './batch.ts'
import { contentTypeOf } from './content-type.ts'
import { warnBeforeLeaving } from './leaving.ts'
import { alone } from './other-tabs.ts'
import { cancelOnServer } from './sessions.ts'
import { transport, wholeBytesMax } from './transport.ts'
import type { Upload } from './upload.ts'
import { UploadList } from './upload-list.ts'

const runningMax = 3

const cancelled: Problem = {
  code: 'ABORTED',
  message: 'The upload was cancelled.',
  fix: 'Choose the file again when you like.',
}

export class UploadQueue {
  readonly list: UploadList = new UploadList()
  /** In the order in which they go. */
  readonly #waiting = new Map<number, Batch>()
  readonly #running = new Map<number, AbortController>()

  /** Lets uploads go, as one action. Those that have no file, or go already, are left out. */
  start(ids: readonly number[], part: Partial<Upload> = {}): void {
    for (const id of ids) this.list.change(id, part)
    const uploads = ids.flatMap((id) => {
      const upload = this.list.get(id)
      const isOpen = this.#waiting.has(id) || this.#running.has(id)
      return upload?.file === undefined || isOpen ? [] : [upload]
    })
    if (uploads.length === 0) return
    openBatch(uploads, (batch) => {
      for (const { id } of uploads) {
        this.list.change(id, { state: 'waiting', problem: undefined })
        this.#waiting.set(id, batch)
      }
    })
    this.#pump()
  }

  /** Ends uploads and takes them off the list; what the server has of them goes. */
  cancel(ids: readonly number[]): void {
    for (const id of ids) {
      const upload = this.list.get(id)
      this.list.remove(id)
      this.#waiting.get(id)?.settle(cancelled)
      this.#waiting.delete(id)
      const running = this.#running.get(id)
      running?.abort(new DOMException('The upload was cancelled.', 'AbortError'))
      // One that runs lets its request end first.
      if (running === undefined) void cancelOnServer(upload?.serverId)
    }
    this.#pump()
  }

  #pump(): void {
    for (const [id, batch] of this.#waiting) {
      if (this.#running.size >= runningMax) break
      this.#waiting.delete(id)
      const upload = this.list.get(id)
      if (upload?.file !== undefined) void this.#run(upload, upload.file, batch)
    }
    warnBeforeLeaving(this.#waiting.size + this.#running.size > 0)
  }

  async #run(upload: Upload, file: File, batch: Batch): Promise<void> {
    const { id } = upload
    const abort = new AbortController()
    this.#running.set(id, abort)
    this.list.change(id, { state: 'running', isStalled: false })
    try {
      await this.#send(upload, file, batch, abort.signal)
      batch.settle()
    } catch (error) {
      const problem = abort.signal.aborted ? cancelled : problemOf(error)
      const isThere = problem.code === 'ALREADY_EXISTS'
      this.list.change(id, { state: isThere ? 'exists' : 'failed', isStalled: false, problem })
      batch.settle(problem)
    } finally {
      this.#running.delete(id)
      this.#pump()
    }
  }

  async #send(upload: Upload, file: File, batch: Batch, signal: AbortSignal): Promise<void> {
    const { id, key, size, isOverwrite, fingerprint } = upload
    let { serverId } = upload
    const contentType = contentTypeOf(file)
    const send = () =>
      transport({
        ...{ action: batch.action, signal, key, file, size, contentType },
        ...{ isOverwrite, fingerprint, serverId },
        onProgress: (sentBytes, isStalled) => this.list.change(id, { sentBytes, isStalled }),
        onOpened: (opened) => {
          serverId = opened
          this.list.change(id, { serverId })
        },
      })
    try {
      const saved = await (size <= wholeBytesMax ? send() : alone(upload, send))
      this.list.change(id, { state: 'done', file: undefined, serverId: undefined })
      if (batch.size === 1) offerUndo(saved?.undo ?? null)
    } finally {
      if (signal.aborted) void cancelOnServer(serverId)
    }
  }
}

/** The one of this page. */
export const queue: UploadQueue = new UploadQueue()
