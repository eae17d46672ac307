/** Checks real output against the schemas that are published beside it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Ajv, ValidateFunction } from 'ajv'
import type { RunResult } from './run.ts'

/** Of the draft of 2020, which is no entry of its own. */
const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as { Ajv2020: typeof Ajv }

const folder = new URL('../../schema/', import.meta.url)

/**
 * Every line that `--json` wrote is as `schema/NAME.json` says; a command of commands has
 * `schema/tables-query.json`. Returns the records.
 */
export function checkedRecords<Record = { [name: string]: unknown }>(
  name: string,
  { lines, records }: Pick<RunResult, 'lines' | 'records'>,
): Record[] {
  const validate = validatorOf(name)
  for (const [index, record] of records().entries()) {
    if (validate(record)) continue
    const problems = JSON.stringify(validate.errors, undefined, 2)
    throw new Error(`${lines[index]} is not as schema/${name}.json says: ${problems}`)
  }
  return records<Record>()
}

const known = new Map<string, ValidateFunction>()

function validatorOf(name: string): ValidateFunction {
  const before = known.get(name)
  if (before !== undefined) return before
  const text = readFileSync(new URL(`${name}.json`, folder), 'utf8')
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  const validate = ajv.compile(JSON.parse(text) as object)
  known.set(name, validate)
  return validate
}
