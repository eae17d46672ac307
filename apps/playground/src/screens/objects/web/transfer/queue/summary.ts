/** All uploads at a glance. */
import type { Upload, UploadState } from './upload.ts'

export interface Summary {
  readonly counts: Readonly<Record<UploadState, number>>
  /** Done ones of which no row is left included. */
  readonly doneCount: number
  /** Of what is done, under way or waits. */
  readonly bytes: number
  readonly sentBytes: number
  readonly isStalled: boolean
  /** Bytes a second, as far as it can be told. */
  readonly speed: number | undefined
  /** How much of the work is done, of 1; see {@link fileWorkBytes}. */
  readonly share: number
  readonly leftMs: number | undefined
}

/** Done uploads whose rows went to keep the list short. */
export interface Dropped {
  readonly count: number
  readonly bytes: number
}

/** A file costs as much as so many bytes, whatever its size: small ones take their time, too. */
const fileWorkBytes = 128 * 1024

/** Work that is done, in bytes; see {@link fileWorkBytes}. */
export function workOf(sentBytes: number, doneCount: number): number {
  return sentBytes + doneCount * fileWorkBytes
}

/** Sums up, without what needs a clock. */
export function summaryOf(uploads: Iterable<Upload>, dropped: Dropped): Summary {
  const counts = {
    ...{ waiting: 0, running: 0, cancelling: 0, done: 0 },
    ...{ exists: 0, failed: 0, refused: 0, interrupted: 0 },
  }
  let { bytes } = dropped
  let sentBytes = bytes
  let isStalled = false
  for (const upload of uploads) {
    const { state, size } = upload
    counts[state] += 1
    if (state === 'done' || state === 'running' || state === 'waiting') bytes += size
    if (state === 'done') sentBytes += size
    if (state === 'running') {
      sentBytes += Math.min(size, upload.sentBytes)
      isStalled ||= upload.isStalled
    }
  }
  const doneCount = dropped.count + counts.done
  const all = workOf(bytes, doneCount + counts.waiting + counts.running)
  const share = all === 0 ? 1 : workOf(sentBytes, doneCount) / all
  const sums = { counts, doneCount, bytes, sentBytes, isStalled, share }
  return { ...sums, speed: undefined, leftMs: undefined }
}

/** Uploads that the queue still works on. */
export function openCount({ counts }: Summary): number {
  return counts.waiting + counts.running
}
