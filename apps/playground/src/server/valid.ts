/** Checks what a request brings against a schema: one error shape for all screens. */
import { StorageError } from '@aos-storage/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Env, MiddlewareHandler, ValidationTargets } from 'hono'
import { validator } from 'hono/validator'

/** Carries to the typed client what a route takes. */
interface Checked<S extends StandardSchemaV1, T extends keyof ValidationTargets> {
  in: { [K in T]: StandardSchemaV1.InferInput<S> }
  out: { [K in T]: StandardSchemaV1.InferOutput<S> }
}

/** A middleware that checks; what does not fit is `INVALID_ARGUMENT`, naming the fields. */
export function valid<T extends keyof ValidationTargets, S extends StandardSchemaV1>(
  target: T,
  schema: S,
): MiddlewareHandler<Env, string, Checked<S, T>> {
  const check = async (value: unknown): Promise<StandardSchemaV1.InferOutput<S>> => {
    const result = await schema['~standard'].validate(value)
    if (result.issues === undefined) return result.value
    const faults = result.issues.map(({ path = [], message }) => {
      const place = path.map((step) => String(typeof step === 'object' ? step.key : step))
      return `${[target, ...place].join('.')}: ${message}`
    })
    throw new StorageError('INVALID_ARGUMENT', faults.join('; '))
  }
  return validator(target, check) as unknown as MiddlewareHandler<Env, string, Checked<S, T>>
}
