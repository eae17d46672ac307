/** Each code of the service in each operation, by the SDK's client and by our own requests. */
import { isStorageError, type StorageBackend } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { awsServer } from '../../src/index.ts'
import { meanings, statusMeanings } from '../../src/error-table.ts'
import type { Meaning } from '../../src/errors.ts'
import type { S3Operation } from '../../src/testing/index.ts'
import { pattern, pieces, put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

type Call = (store: StorageBackend) => Promise<unknown>

const stream: Call = (store) => put(store, 'new', pieces(pattern(3000), 500))
const deletes: Call = async (store) => {
  const [{ error } = {}] = await store.deleteMany(['doc', 'none'])
  if (error !== undefined) throw error
}

/** The operation that refuses, how the contract names it, and a call that comes to it. */
const operations: readonly (readonly [S3Operation, string, Call])[] = [
  ['GetObject', 'read', (store) => store.read('doc')],
  ['PutObject', 'write', (store) => put(store, 'new', 'x')],
  ['CreateMultipartUpload', 'write', stream],
  ['UploadPart', 'write', stream],
  ['CompleteMultipartUpload', 'write', stream],
  ['DeleteObject', 'delete', (store) => store.delete('doc')],
  ['DeleteObjects', 'deleteMany', deletes],
  ['ListObjectsV2', 'list', (store) => store.list()],
  ['CopyObject', 'copy', (store) => store.copy('doc', 'to')],
]

const statuses: Readonly<Record<string, number>> = {
  ...{ InternalError: 500, SlowDown: 503, ServiceUnavailable: 503, NoSuchKey: 404 },
  ...{ NoSuchBucket: 404, AccessDenied: 403, PreconditionFailed: 412, NotImplemented: 501 },
}
const codes = Object.keys(meanings).filter((code) => code !== 'UnknownError')

/** Of deletes, some say that it is done, or is to be decided again: `deletes.faults.test.ts`. */
function isAnswer(method: string, { code, retryable }: Meaning): boolean {
  if (method === 'delete') return code === 'NOT_FOUND' || code === 'PRECONDITION_FAILED'
  return method === 'deleteMany' && code === 'CONFLICT' && retryable !== 'no'
}

describe.each(operations)('%s', (operation, method, call) => {
  it('has the code of the contract for each code of S3, and says what to do', async () => {
    const settings = { attemptsMax: 1, retryDelayMs: 0, singleWriteBytesMax: 1000 }
    const { s3, name, open } = await simulatedBucket({}, settings)
    const store = await open({ server: awsServer })
    for (const code of codes) {
      const { code: told, fix } = meanings[code]!
      if (isAnswer(method, meanings[code]!)) continue
      s3.put(name, 'doc', 'body')
      const status = statuses[code] ?? 400
      const rule = s3.script({ operation, fault: { kind: 'error', code, status } })
      const error = await call(store).catch((thrown: unknown) => thrown)
      rule.remove()
      expect([code, rule.fired > 0]).toEqual([code, true])
      const place = { operation: method, backend: 's3', status }
      expect([code, error]).toMatchObject([code, { code: told, ...place }])
      if (!isStorageError(error)) return
      // A missing bucket is told by its name.
      const start = code === 'NoSuchBucket' ? `The bucket "${name}" does not exist` : fix
      expect([code, error.message.slice(0, start.length)]).toEqual([code, start])
      expect(error.message).toContain(code)
      expect(error.requestId).toMatch(/^SIMULATED/)
      expect(s3.uploads(name)).toEqual([])
    }
  })
})

it.each([400, 401, 403, 405, 409, 412, 413, 429, 500, 501, 502, 503])(
  'a HEAD that answers %s, without a body, is told by its status',
  async (status) => {
    const { s3, name, open } = await simulatedBucket({}, { attemptsMax: 1 })
    const store = await open({ server: awsServer })
    s3.put(name, 'doc', 'body')
    s3.script({ operation: 'HeadObject', fault: { kind: 'error', code: 'Whatever', status } })
    const { code } = statusMeanings[status] ?? { code: 'UNAVAILABLE' }
    for (const call of [() => store.stat('doc'), () => store.copy('doc', 'to')]) {
      await expect(call()).rejects.toMatchObject({ code, status, key: 'doc' })
    }
  },
)

it('a code that nobody knows is told as it is, and by its status', async () => {
  const { s3, open } = await simulatedBucket({}, { attemptsMax: 1 })
  const store = await open({ server: awsServer })
  for (const [status, told, retryable] of [
    [400, 'INVALID_ARGUMENT', 'no'],
    [403, 'PERMISSION_DENIED', 'no'],
    [418, 'UNAVAILABLE', 'no'],
    [500, 'UNAVAILABLE', 'exhausted'],
    [599, 'UNAVAILABLE', 'exhausted'],
  ] as const) {
    const fault = { kind: 'error', code: 'BrandNewError', status } as const
    const rule = s3.script({ operation: 'ListObjectsV2', fault })
    const error = await store.list().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: told, retryable, status })
    expect(String(error)).toContain('BrandNewError')
    rule.remove()
  }
})
