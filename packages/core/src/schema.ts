/**
 * Standard Schema (https://standardschema.dev, version 1): the interface that zod, valibot, arktype
 * and others implement, copied as its authors advise, so that no dependency is needed.
 */
import { hidden, ValuePath } from './codecs/value-path.ts'
import { StorageError } from './errors.ts'
import { describe } from './options.ts'
import { unlessAborted } from './source.ts'

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
const expectationCharsMax = 80

/** What is wrong at one place, without anything of the value. */
export interface SchemaFault {
  /** `$.a[3].b`; `[…]` for keys of a Map and members of a Set, which are values. */
  readonly path: string
  /** What the schema expects there, as far as its library tells it apart from the value. */
  readonly expected: string
}

/**
 * The value as the schema gives it.
 *
 * The error tells paths and what the schema expects there, never the messages of the schema's
 * library: they quote values, trimmed, rounded or formatted, so that no filter is sure. Programs
 * find the library's own issues in `cause.issues`, which is not enumerable and so not logged.
 *
 * @throws StorageError `SCHEMA_INVALID`; `cause` is `{ faults, issues }`. `ABORTED` once the signal
 * fires, although the schema may never answer.
 */
export async function validate(
  schema: StandardSchema,
  value: unknown,
  key: string,
  signal?: AbortSignal,
): Promise<unknown> {
  const result = await unlessAborted(async () => schema['~standard'].validate(value), signal)
  if (result.issues === undefined) return result.value
  const { issues } = result
  const faults = issues.map((issue) => ({
    path: issuePath(issue),
    expected: expectation(issue),
  })) satisfies SchemaFault[]
  const shown = faults.slice(0, issuesShownMax).map(({ path, expected }) => `${path}: ${expected}`)
  const more = faults.length > issuesShownMax ? `; and ${faults.length - issuesShownMax} more` : ''
  throw new StorageError(
    'SCHEMA_INVALID',
    `The value does not satisfy its schema: ${shown.join('; ')}${more}`,
    { key, cause: Object.defineProperty({ faults }, 'issues', { value: issues }) },
  )
}

/** Zod's `code`, valibot's `type`, arktype's `code`, and what each calls `expected`. */
function expectation(issue: SchemaIssue): string {
  const { code, type, expected } = issue as { code?: unknown; type?: unknown; expected?: unknown }
  const rule = typeof code === 'string' ? code : type
  const wanted = typeof expected === 'string' ? `expected ${expected}` : 'not accepted'
  const text = typeof rule === 'string' ? `${wanted} (${rule})` : wanted
  return text.slice(0, expectationCharsMax)
}

function issuePath(issue: SchemaIssue): string {
  const path = new ValuePath()
  for (const step of issue.path ?? []) {
    const name: unknown = typeof step === 'object' ? step.key : step
    const { type } = (typeof step === 'object' ? step : {}) as { type?: unknown }
    // Valibot tells apart what a step goes into: the keys of a Map are values themselves.
    const isName = typeof name === 'string' && type !== 'map' && type !== 'set'
    path.push(isName || typeof name === 'number' ? name : hidden)
  }
  return path.toString()
}
