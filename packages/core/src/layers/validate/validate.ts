/** The validating layer: objects under rules satisfy their schema, on their way in and out. */
import { defineLayer, type Layer } from '../layer.ts'
import { ValidatedBackend } from './backend.ts'
import { Checker } from './checker.ts'
import { type ValidateOptions, validateSettings } from './options.ts'
import { schemasByKey, type ValidationRules } from './rules.ts'

const bodies = 'its rules read values, and inside of it there are only bytes in another form'

/**
 * Makes a layer that validates by key. It only checks: what a schema makes of a value, its defaults
 * and transforms, is not stored. `save({ schema })` and collections store it.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for rules and options that mean nothing.
 */
export function validate(rules: ValidationRules, options?: ValidateOptions): Layer {
  const schemaOf = schemasByKey(rules)
  const settings = validateSettings(options)
  return defineLayer({
    name: 'validate',
    // One of a service and one of a part of it may meet.
    isRepeatable: true,
    outsideOf: [
      { layer: 'compress', because: bodies },
      { layer: 'encrypt', because: bodies },
      {
        layer: 'checksum',
        because: 'inside of it, a value is judged before its bytes are known to be right',
      },
    ],
    wrap: (inner) =>
      schemaOf === undefined
        ? inner
        : new ValidatedBackend(inner, schemaOf, new Checker(settings, inner.name)),
  })
}
