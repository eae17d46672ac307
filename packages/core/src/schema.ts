/**
 * Standard Schema (https://standardschema.dev, version 1): the interface that zod, valibot, arktype
 * and others implement, copied as its authors advise, so that no dependency is needed.
 */
import { StorageError } from './errors.ts'
import { describe } from './options.ts'

/** A schema of any library that follows the standard. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What `validate` gives: the value, perhaps transformed, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type that a schema takes, before its transforms and defaults. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['input']

/** The type that a schema gives. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']

/** @throws TypeError unless `schema` follows the standard. */
export function assertSchema(schema: unknown): asserts schema is StandardSchema {
  const standard = (schema as StandardSchema | null | undefined)?.['~standard']
  if (typeof standard?.validate === 'function') return
  throw new TypeError(
    `schema is a Standard Schema (zod, valibot, arktype, ...), not ${describe(schema)}`,
  )
}

/** At most so many issues are told in the message; `cause` holds all. */
const issuesShownMax = 5

/**
 * The value as the schema gives it.
 *
 * @throws StorageError `SCHEMA_INVALID` with the paths and messages of what is wrong. The messages
 * are the schema's own, less the value where they quote it. `cause` is `{ issues }`, paths as text.
 */
export async function validate(
  schema: StandardSchema,
  value: unknown,
  key: string,
): Promise<unknown> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return result.value
  const issues = result.issues.map((issue) => ({
    path: issuePath(issue),
    message: withoutValue(issue.message, valueAt(value, issue)),
  }))
  const shown = issues.slice(0, issuesShownMax).map(({ path, message }) => `${path}: ${message}`)
  const more = issues.length > issuesShownMax ? `; and ${issues.length - issuesShownMax} more` : ''
  throw new StorageError(
    'SCHEMA_INVALID',
    `The value does not satisfy its schema: ${shown.join('; ')}${more}`,
    { key, cause: { issues } },
  )
}

function valueAt(value: unknown, issue: SchemaIssue): unknown {
  let at: unknown = value
  for (const step of issue.path ?? []) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<PropertyKey, unknown>)[typeof step === 'object' ? step.key : step]
  }
  return at
}

/** Valibot says `received "secret"`, arktype `(was "secret")`: fit for a form, not for a log. */
function withoutValue(message: string, value: unknown): string {
  const cut = message.replace(/ \(was [\s\S]*\)/, '')
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    return cut
  }
  const text = String(value)
  const quoted = cut.replaceAll(JSON.stringify(text), '…')
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return literal === '' ? quoted : quoted.replace(new RegExp(`(?<!\\w)${literal}(?!\\w)`, 'g'), '…')
}

function issuePath(issue: SchemaIssue): string {
  const steps = (issue.path ?? []).map((step) => {
    const name = typeof step === 'object' ? step.key : step
    return typeof name === 'number' ? `[${name}]` : `.${String(name)}`
  })
  return `$${steps.join('')}`
}
