/** Many deletes in one request whose answer is lost, cut or busy for some of them. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { answeringService } from '../support/answering-service.ts'
import { put } from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'

const lost = { kind: 'lost-answer' } as const

describeWithService('azurite', (service) => {
  it.each([
    ['lost', lost],
    ['cut in its middle', { kind: 'cut-body', afterBytes: 300 } as const],
  ])('of which the answer is %s are told as done', async (_name, fault) => {
    const { proxy, store, truth } = await proxied(service.url)
    for (const key of ['a', 'b', 'c']) await put(truth, key, key)
    const rule = proxy.onRequest({ method: 'POST', times: 1, fault })
    expect(await store.deleteMany(['a', 'b', 'c'])).toEqual([
      { key: 'a', deleted: true },
      { key: 'b', deleted: true },
      { key: 'c', deleted: true },
    ])
    expect(rule.fired).toBe(1)
    expect((await truth.list()).objects).toEqual([])
  })
})

/** An answer to a batch, as Azure writes it. */
function batchAnswer(parts: readonly (readonly [id: number, status: number, code?: string])[]) {
  const end = '\r\n'
  const body = parts.map(([id, status, code]) =>
    [
      '--batchresponse_x',
      'Content-Type: application/http',
      `Content-ID: ${id}`,
      '',
      `HTTP/1.1 ${status} Said`,
      ...(code === undefined ? [] : [`x-ms-error-code: ${code}`]),
      'x-ms-request-id: part',
      '',
      '',
    ].join(end),
  )
  return {
    status: 202,
    headers: { 'content-type': 'multipart/mixed; boundary=batchresponse_x' },
    body: `${body.join('')}--batchresponse_x--${end}`,
  }
}

it('that a part of the service is too busy for are sent again, those alone', async () => {
  const parts = [
    [0, 202],
    [1, 503, 'ServerBusy'],
    [2, 404, 'BlobNotFound'],
    [3, 409, 'SnapshotsPresent'],
  ] as const
  const service = await answeringService(({ method }) =>
    method === 'POST' ? batchAnswer(parts) : { status: 202 },
  )
  expect(await service.open().deleteMany(['a', 'b', 'c', 'd'])).toMatchObject([
    { key: 'a', deleted: true },
    { key: 'b', deleted: true },
    { key: 'c', deleted: false },
    { key: 'd', deleted: false, error: { code: 'CONFLICT', retryable: 'no' } },
  ])
  const sent = service.requests.map(({ method, url }) => `${method} ${url.pathname}`)
  expect(sent).toEqual(['POST /acme/data', 'DELETE /acme/data/b'])
})

it.each([
  [
    'has too few parts',
    [
      [0, 202],
      [1, 202],
    ],
  ],
  [
    'does not say which parts they are',
    [
      [7, 202],
      [8, 202],
      [9, 202],
    ],
  ],
] as const)('of which the answer %s are deleted one by one, and told as done', async (_, parts) => {
  const service = await answeringService(({ method }) =>
    method === 'POST'
      ? batchAnswer(parts)
      : { status: 404, headers: { 'x-ms-error-code': 'BlobNotFound' } },
  )
  expect(await service.open().deleteMany(['a', 'b', 'c'])).toEqual([
    { key: 'a', deleted: true },
    { key: 'b', deleted: true },
    { key: 'c', deleted: true },
  ])
})
