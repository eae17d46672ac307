/** The table of errors: which code each refusal has, and what its error tells. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import type { StorageErrorCode } from '../../../errors.ts'
import { isClaimed } from '../../kit/case.ts'
import { type CapabilityName, type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { expectError } from '../expectations.ts'
import { put } from '../objects.ts'

/** One refusal: where `requires` is not claimed, its code is `UNSUPPORTED`. */
type Refusal = readonly [
  /** The method of the contract, as `error.operation` names it, and what is wrong. */
  doing: `${string} ${string}`,
  code: StorageErrorCode,
  /** The key that the error is about, as the caller gave it. */
  key: string | undefined,
  call: () => Promise<unknown>,
  requires?: CapabilityName,
]

/** Codes that say something of a stored object: their errors name it. The others may. */
const codesOfObjects: readonly StorageErrorCode[] = [
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PRECONDITION_FAILED',
  'NOT_MODIFIED',
]

/** Refusals of a store that holds `from`, and `doc` in the version `etag`. */
function refusalsOf(backend: StorageBackend, etag: string): readonly Refusal[] {
  const stale = { ifMatch: 'stale' }
  const current = { ifNoneMatch: etag }
  const create = { ifNoneMatch: '*' } as const
  const behindEnd = { range: { offset: 100 } }
  const write = (key: string, options: object): Promise<unknown> => put(backend, key, 'x', options)
  const copy = (options: object): Promise<unknown> => backend.copy('from', 'doc', options)
  const lost = 'PRECONDITION_FAILED'
  return [
    ['stat missing', 'NOT_FOUND', 'no/ne', () => backend.stat('no/ne')],
    ['read missing', 'NOT_FOUND', 'no/ne', () => backend.read('no/ne')],
    ['copy missing', 'NOT_FOUND', 'no/ne', () => backend.copy('no/ne', 'doc')],
    ['stat stale', lost, 'doc', () => backend.stat('doc', stale), 'conditionalRead'],
    ['read stale', lost, 'doc', () => backend.read('doc', stale), 'conditionalRead'],
    ['stat current', 'NOT_MODIFIED', 'doc', () => backend.stat('doc', current), 'conditionalRead'],
    ['read current', 'NOT_MODIFIED', 'doc', () => backend.read('doc', current), 'conditionalRead'],
    ['read behind', 'INVALID_ARGUMENT', 'doc', () => backend.read('doc', behindEnd), 'rangeRead'],
    ['write create', 'ALREADY_EXISTS', 'doc', () => write('doc', create), 'conditionalWrite'],
    ['write stale', lost, 'doc', () => write('doc', stale), 'conditionalWrite'],
    ['write stale', lost, 'no/ne', () => write('no/ne', stale), 'conditionalWrite'],
    ['delete stale', lost, 'doc', () => backend.delete('doc', stale), 'conditionalDelete'],
    ['delete stale', lost, 'no/ne', () => backend.delete('no/ne', stale), 'conditionalDelete'],
    ['copy create', 'ALREADY_EXISTS', 'doc', () => copy(create), 'conditionalCopy'],
    ['copy stale', lost, 'doc', () => copy(stale), 'conditionalCopy'],
    ['copy source', lost, 'from', () => copy({ sourceIfMatch: 'stale' }), 'conditionalCopy'],
    ['list cursor', 'INVALID_ARGUMENT', undefined, () => backend.list({ cursor: 'damaged' })],
  ]
}

/** Calls that would be done, were it not for the signal or for the store that was closed. */
function callsOf(
  backend: StorageBackend,
  code: StorageErrorCode,
  signal?: AbortSignal,
): readonly Refusal[] {
  const options = { signal }
  return [
    ['stat doc', code, 'doc', () => backend.stat('doc', options)],
    ['read doc', code, 'doc', () => backend.read('doc', options)],
    ['write doc', code, 'doc', () => put(backend, 'doc', 'x', options)],
    ['delete doc', code, 'doc', () => backend.delete('doc', options)],
    ['list all', code, undefined, () => backend.list(options)],
    ['copy doc', code, 'doc', () => backend.copy('doc', 'doc', options)],
    ['deleteMany doc', code, 'doc', () => backend.deleteMany(['doc'], options)],
  ]
}

async function expectRefusal({ backend, capabilities }: CaseContext, refusal: Refusal) {
  const [doing, claimed, key, call, requires] = refusal
  const code = isClaimed(requires, capabilities) ? claimed : 'UNSUPPORTED'
  const error = await expectError(code, `${doing} ("${key}")`, call)
  const what = `of ${doing}, ${code}`
  assert.equal(error.retryable, 'no', `error.retryable ${what}: the same again is refused again`)
  assert.ok(error.message.length > 0, `error.message ${what}`)
  const told = codesOfObjects.includes(code) ? error.key : (error.key ?? key)
  assert.equal(told, key, `error.key ${what}`)
  const [operation] = doing.split(' ')
  assert.equal(error.operation ?? operation, operation, `error.operation ${what}`)
  assert.equal(error.backend ?? backend.name, backend.name, `error.backend ${what}`)
}

export const errorCases: readonly ConformanceCase[] = defineCases('error', [
  {
    name: 'table',
    title: 'each refusal has its code, tells the key that it is about, and says not to try again',
    async run(context) {
      const { backend } = context
      await put(backend, 'from', 'source')
      const { etag } = await put(backend, 'doc', 'body')
      for (const refusal of refusalsOf(backend, etag)) await expectRefusal(context, refusal)
    },
  },
  {
    name: 'ended',
    title: 'errors of aborted calls and of a closed store tell nothing wrong, and not to try again',
    async run(context) {
      const { backend } = context
      await put(backend, 'doc', 'body')
      const signal = AbortSignal.abort(new Error('changed my mind'))
      for (const call of callsOf(backend, 'ABORTED', signal)) await expectRefusal(context, call)
      await backend.close()
      for (const call of callsOf(backend, 'CLOSED')) await expectRefusal(context, call)
    },
  },
])
