/** What a command that failed with `--json` says last on standard error. */
import { checkedRecords } from './schema.ts'
import type { RunResult } from './run.ts'

export interface ErrorLine {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly exitCode: number
}

/** Checked against `schema/error.json`. */
export function errorOf({ stderr }: Pick<RunResult, 'stderr'>): ErrorLine {
  const last = stderr.trimEnd().split('\n').at(-1)!
  const records = <Record>(): Record[] => [JSON.parse(last) as Record]
  const [line] = checkedRecords<{ readonly error: ErrorLine }>('error', { lines: [last], records })
  return line!.error
}
