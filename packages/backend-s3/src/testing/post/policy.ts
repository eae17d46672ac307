/**
 * What a form may upload.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { S3Error } from '../protocol/s3-error.ts'
import { algorithmName, sign, signingKeyOf } from '../signature/canonical.ts'
import { credentialsOf, parseScope } from '../signature/credential.ts'
import { isRegion, isSame } from '../signature/verify.ts'
import type { Account } from '../store/account.ts'

/** A condition as it stands in the policy. */
type Condition =
  | { readonly kind: 'eq' | 'starts-with'; readonly name: string; readonly value: string }
  | { readonly kind: 'content-length-range'; readonly min: number; readonly max: number }

export interface Policy {
  readonly expirationMs: number
  readonly conditions: readonly Condition[]
}

/** What is held against a policy. */
export interface PostedForm {
  /** By lower-case name, `bucket` among them. */
  readonly fields: ReadonlyMap<string, string>
  readonly fileBytes: number
}

/** Fields that a policy need not name. */
const freeFields = new Set(['policy', 'x-amz-signature', 'bucket', 'file'])

/** @throws S3Error `AccessDenied`, `SignatureDoesNotMatch` and the others of signatures. */
export function assertPolicySigned(account: Account, fields: ReadonlyMap<string, string>): void {
  const policy = fields.get('policy')
  if (policy === undefined) throw new S3Error('AccessDenied')
  if (account.behaviour.signatures === 'unchecked') return
  const scope = parseScope(fields.get('x-amz-credential') ?? '')
  const signature = fields.get('x-amz-signature')
  if (fields.get('x-amz-algorithm') !== algorithmName || !scope || signature === undefined) {
    throw new S3Error('InvalidArgument', {
      message: 'Bucket POST must contain the fields of a signature of version 4.',
    })
  }
  const token = fields.get('x-amz-security-token')
  const { secretAccessKey } = credentialsOf(account, scope.accessKeyId, token)
  if (!isRegion(account, scope.region)) {
    throw new S3Error('AuthorizationQueryParametersError', {
      message: `the region '${scope.region}' is wrong; expecting '${account.region}'`,
      fields: { Region: account.region },
    })
  }
  if (isSame(sign(signingKeyOf(secretAccessKey, scope), policy), signature)) return
  throw new S3Error('SignatureDoesNotMatch', { fields: { StringToSign: policy } })
}

/** @throws S3Error `AccessDenied`, `EntityTooLarge`, `EntityTooSmall`, `InvalidPolicyDocument`. */
export function assertPermitted(policy: Policy, form: PostedForm, nowMs: number): void {
  if (nowMs >= policy.expirationMs) throw denied('Policy expired.')
  for (const condition of policy.conditions) assertMet(condition, form)
  const named = new Set(
    policy.conditions.flatMap((each) => (each.kind === 'content-length-range' ? [] : [each.name])),
  )
  const extra = [...form.fields.keys()].find(
    (name) => !named.has(name) && !freeFields.has(name) && !name.startsWith('x-ignore-'),
  )
  if (extra !== undefined) throw denied(`Extra input fields: ${extra}`)
}

function assertMet(condition: Condition, { fields, fileBytes }: PostedForm): void {
  if (condition.kind === 'content-length-range') {
    const { min, max } = condition
    if (fileBytes > max) {
      throw new S3Error('EntityTooLarge', {
        fields: { ProposedSize: fileBytes, MaxSizeAllowed: max },
      })
    }
    if (fileBytes < min) {
      throw new S3Error('EntityTooSmall', {
        fields: { ProposedSize: fileBytes, MinSizeAllowed: min },
      })
    }
    return
  }
  const { kind, name, value } = condition
  const field = fields.get(name) ?? ''
  if (kind === 'eq' ? field === value : field.startsWith(value)) return
  throw denied(`Policy Condition failed: ["${kind}", "$${name}", "${value}"]`)
}

function denied(reason: string): S3Error {
  return new S3Error('AccessDenied', { message: `Invalid according to Policy: ${reason}` })
}

/** @throws S3Error `InvalidPolicyDocument`. */
export function parsePolicy(base64: string): Policy {
  const document = parseJson(Buffer.from(base64, 'base64').toString())
  const expirationMs = Date.parse(String(document['expiration']))
  const conditions = document['conditions']
  if (Number.isNaN(expirationMs) || !Array.isArray(conditions)) throw invalidPolicy()
  return { expirationMs, conditions: conditions.flatMap(conditionsOf) }
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw invalidPolicy()
}

/** `{ name: value }`, `[kind, '$name', value]`, `['content-length-range', min, max]`. */
function conditionsOf(condition: unknown): Condition[] {
  if (Array.isArray(condition)) {
    const [kind, first, second] = condition as readonly unknown[]
    if (kind === 'content-length-range') {
      return [{ kind, min: Number(first), max: Number(second) }]
    }
    const isKnown = kind === 'eq' || kind === 'starts-with'
    if (!isKnown || typeof first !== 'string' || typeof second !== 'string') throw invalidPolicy()
    // Fields are in Latin-1, the policy is in UTF-8.
    const value = Buffer.from(second).toString('latin1')
    return [{ kind, name: first.replace(/^\$/, '').toLowerCase(), value }]
  }
  if (typeof condition !== 'object' || condition === null) throw invalidPolicy()
  return Object.entries(condition).map(([name, value]) => ({
    kind: 'eq',
    name: name.toLowerCase(),
    value: Buffer.from(String(value)).toString('latin1'),
  }))
}

function invalidPolicy(): S3Error {
  return new S3Error('InvalidPolicyDocument', {
    message:
      'The content of the form does not meet the conditions specified in the policy document.',
  })
}
