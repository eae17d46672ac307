/**
 * The uploads of this page, for whoever shows them.
 *
 * Invariant: bounded. What is done keeps at most `doneRowsMax` rows, others are counted only. Those
 * who watch are told at most five times a second.
 */
import { Speed } from './speed.ts'
import { type Dropped, openCount, type Summary, summaryOf, workOf } from './summary.ts'
import type { Upload, UploadState } from './upload.ts'

const doneRowsMax = 500
const tellMs = 200
/** Speed and time left go on when no byte does. */
const beatMs = 1000

/** What the page shows. */
export interface UploadsView {
  /** Those that need a decision first, then what is under way, what waits, what is over. */
  readonly uploads: readonly Upload[]
  readonly summary: Summary
  /** Files found so far in what was dropped, while it is looked through. */
  readonly lookedThrough: number | undefined
}

/** In this order they are shown. */
const order: readonly UploadState[] = [
  ...(['exists', 'failed', 'refused', 'interrupted'] as const),
  ...(['cancelling', 'running', 'waiting', 'done'] as const),
]
const nothingDropped: Dropped = { count: 0, bytes: 0 }

export class UploadList {
  readonly #uploads = new Map<number, Upload>()
  /** The last upload to each key. */
  readonly #byKey = new Map<string, number>()
  readonly #done = new Set<number>()
  readonly #watchers = new Set<() => void>()
  readonly #byteSpeed = new Speed()
  readonly #workSpeed = new Speed()
  #dropped = nothingDropped
  #lookedThrough: number | undefined
  #lastId = 0
  /** Since this page began. */
  #sentBytes = 0
  #doneCount = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #beat: ReturnType<typeof setTimeout> | undefined
  #view: UploadsView = {
    ...{ uploads: [], summary: summaryOf([], nothingDropped), lookedThrough: undefined },
  }

  /** As of the last fifth of a second. */
  get view(): UploadsView {
    return this.#view
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  get size(): number {
    return this.#uploads.size
  }

  get(id: number): Upload | undefined {
    return this.#uploads.get(id)
  }

  /** The last upload to a key. */
  ofKey(key: string): Upload | undefined {
    return this.#uploads.get(this.#byKey.get(key) ?? 0)
  }

  /** As they are now; {@link view} may be older. */
  all(): Upload[] {
    return [...this.#uploads.values()]
  }

  add(upload: Omit<Upload, 'id'>): Upload {
    const added = { ...upload, id: ++this.#lastId }
    this.#uploads.set(added.id, added)
    // One that is refused takes nothing from the one that is under way.
    if (added.state !== 'refused') this.#byKey.set(added.key, added.id)
    this.#tellSoon()
    return added
  }

  change(id: number, part: Partial<Upload>): void {
    const upload = this.#uploads.get(id)
    if (upload === undefined) return
    this.#uploads.set(id, { ...upload, ...part })
    const isDone = part.state === 'done'
    const sentBytes = isDone ? upload.size : (part.sentBytes ?? upload.sentBytes)
    if (upload.state === 'running') this.#sentBytes += Math.max(0, sentBytes - upload.sentBytes)
    if (isDone) this.#doneCount += 1
    if (isDone) this.#keepFew(id)
    this.#tellSoon()
  }

  remove(id: number): void {
    const { key = '' } = this.#uploads.get(id) ?? {}
    if (this.#byKey.get(key) === id) this.#byKey.delete(key)
    this.#uploads.delete(id)
    this.#done.delete(id)
    this.#tellSoon()
  }

  /** Removes what is done, and what was counted of it. */
  clearDone(): void {
    for (const id of this.#done) this.remove(id)
    this.#dropped = nothingDropped
    this.#tellSoon()
  }

  setLookedThrough(count: number | undefined): void {
    this.#lookedThrough = count
    this.#tellSoon()
  }

  #keepFew(id: number): void {
    this.#done.add(id)
    if (this.#done.size <= doneRowsMax) return
    const [oldest] = this.#done
    const { count, bytes } = this.#dropped
    this.#dropped = { count: count + 1, bytes: bytes + (this.#uploads.get(oldest!)?.size ?? 0) }
    this.remove(oldest!)
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#tell(), tellMs)
  }

  #tell(): void {
    clearTimeout(this.#beat)
    clearTimeout(this.#timer)
    this.#timer = undefined
    const uploads = this.all()
    const byState = Map.groupBy(uploads, ({ state }) => state)
    const summary = this.#timed(summaryOf(uploads, this.#dropped))
    this.#view = {
      uploads: order.flatMap((state) => byState.get(state) ?? []),
      summary,
      lookedThrough: this.#lookedThrough,
    }
    for (const watcher of this.#watchers) watcher()
    if (summary.counts.running > 0) this.#beat = setTimeout(() => this.#tell(), beatMs)
  }

  #timed(summary: Summary): Summary {
    const now = performance.now()
    if (openCount(summary) === 0) {
      this.#byteSpeed.reset()
      this.#workSpeed.reset()
      return summary
    }
    const work = workOf(this.#sentBytes, this.#doneCount)
    const speed = this.#byteSpeed.note(this.#sentBytes, now)
    const workSpeed = this.#workSpeed.note(work, now) ?? 0
    const { share, bytes, doneCount } = summary
    const left = (1 - share) * workOf(bytes, doneCount + openCount(summary))
    return { ...summary, speed, leftMs: workSpeed === 0 ? undefined : (left / workSpeed) * 1000 }
  }
}
