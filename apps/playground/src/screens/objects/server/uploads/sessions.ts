/**
 * The uploads that are under way.
 *
 * Invariant: bounded. At most `sessionsMax` at once; one that gets no byte for `idleMsMax` ends,
 * and so do all at `close`.
 */
import { randomUUID } from 'node:crypto'
import {
  type Clock,
  type ObjectInfo,
  quoteKey,
  StorageError,
  type StorageManager,
} from '@aos-storage/core'
import { assertContentType } from '@aos-storage/core/backend'
import { keepCurrent, statOrNothing, type Written } from '../save.ts'
import type { UndoJournal } from '../undo/journal.ts'
import type { PendingUpload, UploadRequest } from '../wire.ts'
import { whenIdle } from './idle.ts'
import { Outcomes } from './outcomes.ts'
import { UploadSession } from './session.ts'

const sessionsMax = 32
const idleMsMax = 10 * 60_000

export class UploadSessions {
  readonly #storage: StorageManager
  readonly #journal: UndoJournal
  readonly #clock: Clock
  readonly #sessions = new Map<string, UploadSession>()
  /** Of those whose bytes all came. */
  readonly #outcomes = new Outcomes()
  #isClosed = false

  constructor(storage: StorageManager, journal: UndoJournal, clock: Clock) {
    this.#storage = storage
    this.#journal = journal
    this.#clock = clock
  }

  get pending(): PendingUpload[] {
    return [...this.#sessions.values()].map(({ id, offset, request }) => {
      const { key, size, fingerprint } = request
      return { id, key, size, offset, fingerprint }
    })
  }

  /**
   * Begins an upload, or finds the one of the same file to the same key.
   *
   * @throws StorageError `ALREADY_EXISTS`, `INVALID_KEY`, `INVALID_ARGUMENT`, before a byte flows;
   * `RATE_LIMITED` when too many are open.
   */
  async open(request: UploadRequest): Promise<UploadSession> {
    const { key, contentType, isOverwrite } = request
    assertContentType(contentType)
    // Also tells of an illegal key.
    const previous = await statOrNothing(this.#storage, key)
    if (previous !== undefined && !isOverwrite) {
      const message = `Key ${quoteKey(key)} exists, and the upload shall not replace it`
      throw new StorageError('ALREADY_EXISTS', message, { key })
    }
    const open = [...this.#sessions.values()].find((each) => isSame(each.request, request))
    if (open !== undefined) return open
    if (this.#isClosed) throw new StorageError('CLOSED', 'The server is stopping')
    if (this.#sessions.size >= sessionsMax) {
      const message = `${sessionsMax} uploads are open; finish or cancel one`
      throw new StorageError('RATE_LIMITED', message, { key })
    }
    return this.#begin(request)
  }

  /** @throws StorageError `NOT_FOUND` for one that is over, or never was. */
  get(id: string): UploadSession {
    const session = this.#sessions.get(id)
    if (session !== undefined) return session
    throw new StorageError('NOT_FOUND', 'There is no such upload: it ended, or waited too long')
  }

  /** Keeps what an upload replaces, and finishes it. */
  async finish(session: UploadSession): Promise<Written | undefined> {
    const isFirst = session.isWhole && !session.isFinishing
    const outcome = session.finish((write) => this.#finishKept(session.request, write))
    if (isFirst) this.#outcomes.note(session.id, outcome)
    try {
      return await outcome
    } finally {
      // Whatever came of it, its write is over.
      if (session.isWhole) this.#sessions.delete(session.id)
    }
  }

  /**
   * Ends an upload; what it wrote, if that was too late, else nothing of it stays.
   *
   * @throws StorageError `NOT_FOUND` for one that ended otherwise, or never was.
   */
  async cancel(id: string): Promise<Written | undefined> {
    if (!this.#outcomes.has(id)) this.get(id)
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    await session?.cancel(new StorageError('ABORTED', 'The upload was cancelled'))
    return this.#outcomes.of(id)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const reason = new StorageError('CLOSED', 'The server is stopping')
    await Promise.all([...this.#sessions.values()].map((session) => session.cancel(reason)))
  }

  #begin(request: UploadRequest): UploadSession {
    let activeMs = this.#clock.monotonicMs()
    const onBytes = (): void => {
      activeMs = this.#clock.monotonicMs()
    }
    const session = new UploadSession(this.#storage, randomUUID(), request, onBytes)
    this.#sessions.set(session.id, session)
    const over = new AbortController()
    void session.over().finally(() => {
      this.#sessions.delete(session.id)
      over.abort()
    })
    const onIdle = (): Promise<void> => {
      const message = `No byte came for ${idleMsMax / 60_000} minutes; begin the upload again`
      return session.cancel(new StorageError('TIMEOUT', message))
    }
    void whenIdle(this.#clock, idleMsMax, () => activeMs, over.signal).then(onIdle, () => undefined)
    return session
  }

  /**
   * The write takes no condition that is known only now. So what is replaced is kept as late as can
   * be; a writer in the moment between is replaced, as was asked, but not kept.
   */
  async #finishKept(
    { key, size }: UploadRequest,
    write: () => Promise<ObjectInfo>,
  ): Promise<Written> {
    const kept = await keepCurrent(this.#storage, this.#journal, key)
    if (typeof kept === 'string') return { info: await write(), undo: null, undoRefusal: kept }
    const { draft, before } = kept
    try {
      const info = await write()
      await draft.add({ key, bytes: size, steps: [{ key, now: info.etag, before }] })
      return { info, ...(await draft.commit(`Uploaded ${key}`)) }
    } catch (error) {
      await draft.commit('')
      throw error
    }
  }
}

function isSame(a: UploadRequest, b: UploadRequest): boolean {
  return (
    a.key === b.key &&
    a.fingerprint === b.fingerprint &&
    a.size === b.size &&
    a.contentType === b.contentType &&
    a.isOverwrite === b.isOverwrite
  )
}
