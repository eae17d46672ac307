/**
 * Which uploads the tabs of this browser work on. A tab holds a lock for each: it is free again
 * when the tab is closed or reloaded, whatever happened.
 */
import { ProblemError } from '../../../../../web/problem.ts'
import type { Upload } from './upload.ts'

function lockName({ key, fingerprint }: Pick<Upload, 'key' | 'fingerprint'>): string {
  return `upload ${fingerprint} ${key}`
}

/** Runs the work on an upload unless another tab does. @throws ProblemError `CONFLICT` then. */
export async function alone<T>(
  upload: Pick<Upload, 'key' | 'fingerprint'>,
  work: () => Promise<T>,
): Promise<T> {
  return navigator.locks.request(lockName(upload), { ifAvailable: true }, (lock) => {
    if (lock !== null) return work()
    throw new ProblemError({
      code: 'CONFLICT',
      message: 'Another tab is uploading this file to this key.',
      fix: 'Look at it there.',
    })
  })
}

/** Tells of uploads whether a tab works on them. */
export async function workedOn(): Promise<
  (upload: Pick<Upload, 'key' | 'fingerprint'>) => boolean
> {
  const { held = [] } = await navigator.locks.query()
  const names = new Set(held.map(({ name }) => name))
  return (upload) => names.has(lockName(upload))
}
