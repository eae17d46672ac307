/** What the options are called, and what each choice means. */
import type { MigrationPlan } from '../server/wire.ts'

interface Choice<T> {
  readonly value: T
  readonly label: string
}

/** Where another object stands already. */
export const existingChoices: readonly Choice<MigrationPlan['existing']>[] = [
  { value: 'fail', label: 'It stays, and a failure is told' },
  { value: 'update', label: 'Replace it, unless it is the same' },
  { value: 'replace', label: 'Replace it without comparing' },
  { value: 'skip', label: 'It stays, and counts as skipped' },
]

/** What "the same" means. */
export const compareChoices: readonly Choice<MigrationPlan['compare']>[] = [
  { value: 'origin', label: 'Copied from this version' },
  { value: 'digest', label: 'The same bytes, type, metadata' },
  { value: 'size-and-time', label: 'As large, and not older' },
]

export const verifyChoices: readonly Choice<MigrationPlan['verify']>[] = [
  { value: 'read-back', label: 'Read each copy again' },
  { value: 'write', label: 'Trust the answer of the store' },
  { value: 'none', label: 'Do not look' },
]

export const planAtFirst: MigrationPlan = {
  ...{ from: { kind: 'playground' }, to: { kind: 'folder', name: 'copy' } },
  ...{ include: [], exclude: [], mapFrom: '', mapTo: '', existing: 'fail', compare: 'origin' },
  ...{ verify: 'read-back', deleteSource: false, concurrency: 16, requestsPerSecond: 0 },
  faultPercent: 0,
}
