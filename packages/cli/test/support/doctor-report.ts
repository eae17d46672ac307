/** The checks of a report of `doctor --json`. */
import type { Check, CheckStatus } from '../../src/doctor/check.ts'

export function checksOf(records: readonly Readonly<Record<string, unknown>>[]): Check[] {
  return records.filter(({ kind }) => kind === 'check') as unknown as Check[]
}

/** By the name of the check; the last of each. */
export function statusesOf(
  records: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, CheckStatus>> {
  return Object.fromEntries(checksOf(records).map(({ name, status }) => [name, status]))
}
