/** What is under way on the screen: a migration, a preview, or the sample set in the making. */
import { type MigrationProgress, StorageError } from '@aos-storage/core'
import type { Moving } from './moving.ts'
import type { KeptRecord } from './records.ts'
import type { Second, Work } from './wire.ts'

/** One thing at a time. */
export interface UnderWay {
  readonly work: () => Work
  /** Of a migration, and of a preview. */
  readonly moving?: Moving | undefined
  /** Of a migration. */
  readonly record?: KeptRecord | undefined
  readonly stop: () => void
  /** Resolves when it has ended and is written down. Never rejects. */
  readonly over: Promise<void>
}

/** What came between two looks at a migration. */
export function secondBetween(
  before: MigrationProgress,
  now: MigrationProgress,
  at: number,
): Second {
  return {
    ...{ at, objects: now.objectsDone - before.objectsDone },
    // Bytes of a try that is given up are taken back.
    bytes: Math.max(0, now.bytesDone - before.bytesDone),
  }
}

/** Refuses another thing meanwhile. */
export function busyError(work: Work): StorageError {
  const what = {
    migration: 'A migration runs',
    preview: 'A preview runs',
    sample: 'The sample set is being made',
  }[work.kind]
  return new StorageError('LOCKED', `${what}: one thing at a time`)
}
