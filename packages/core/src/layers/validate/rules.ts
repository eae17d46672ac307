/** Which schema an object must satisfy, by its key. */
import { type KeySelection, keyTest } from '../../key-pattern.ts'
import { describe, ownOptions } from '../../options.ts'
import { assertSchema, type StandardSchema } from '../../schema.ts'

/** Keys, and the schema that their values satisfy. */
export interface ValidationRule {
  readonly keys: KeySelection
  readonly schema: StandardSchema
}

/** A list, or schemas by key pattern. The first rule that matches a key holds, and no other. */
export type ValidationRules = readonly ValidationRule[] | Readonly<Record<string, StandardSchema>>

const ruleNames: ReadonlySet<string> = new Set(['keys', 'schema'])

/**
 * The schema of a key, if it has one.
 *
 * @throws TypeError for what are no rules, `INVALID_ARGUMENT` for a pattern that matches nothing.
 */
export function schemasByKey(
  rules: ValidationRules,
): ((key: string) => StandardSchema | undefined) | undefined {
  if (typeof rules !== 'object' || rules === null) {
    throw new TypeError(`validate takes schemas by key pattern, not ${describe(rules)}`)
  }
  const list = Array.isArray(rules)
    ? (rules as readonly ValidationRule[])
    : Object.entries(rules).map(([keys, schema]) => ({ keys, schema: schema as StandardSchema }))
  const tests = list.map((rule, at) => {
    const { keys, schema } = ownOptions(rule, ruleNames, `validate: rule ${at}`)
    assertSchema(schema)
    return { schema, matches: keyTest(keys, `validate: keys of rule ${at}`) }
  })
  if (tests.length === 0) return undefined
  return (key) => tests.find(({ matches }) => matches(key))?.schema
}
