/** Transactions on the wire: the body that is sent, and what answers mean. */
import type { TableChange } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { batchBody, BatchFailure, batchOutcomes } from '../../src/tables/batch.ts'

const url = 'https://acme.table.core.windows.net'
const changes: readonly TableChange[] = [
  { type: 'insert', entity: { partitionKey: "it's", rowKey: '1', total: 1.5 } },
  { type: 'upsert', mode: 'merge', entity: { partitionKey: "it's", rowKey: '2' } },
  {
    type: 'update',
    mode: 'replace',
    entity: { partitionKey: "it's", rowKey: '3' },
    ifMatch: 'W/"1"',
  },
  { type: 'delete', partitionKey: "it's", rowKey: '4' },
]

function answerOf(...parts: string[]): { text: string; header: () => undefined } {
  const boundary = '--changesetresponse_8a28b620'
  const lines = [
    '--batchresponse_4a1c5b9b',
    'Content-Type: multipart/mixed; boundary=changesetresponse_8a28b620',
    '',
    ...parts.flatMap((part) => [boundary, 'Content-Type: application/http', '', part]),
    `${boundary}--`,
    '--batchresponse_4a1c5b9b--',
    '',
  ]
  return { text: lines.join('\r\n'), header: () => undefined }
}

/** As in Microsoft's page, "Performing entity group transactions". */
function made(etag?: string): string {
  const lines = ['HTTP/1.1 204 No Content', 'Content-ID: 1', 'DataServiceVersion: 1.0;']
  return [...lines, ...(etag === undefined ? [] : [`ETag: ${etag}`]), '', ''].join('\r\n')
}

function failed(status: string, code: string, message: string): string {
  const body = { 'odata.error': { code, message: { lang: 'en-US', value: message } } }
  const type = 'Content-Type: application/json;odata=minimalmetadata;charset=utf-8'
  return [`HTTP/1.1 ${status}`, type, '', JSON.stringify(body)].join('\r\n')
}

describe('the body', () => {
  it('has a request for each change, with its own condition', () => {
    const { body, contentType } = batchBody(url, 'Orders', changes, 'id1')
    expect(contentType).toBe('multipart/mixed; boundary=batch_id1')
    const requests = body
      .split('--changeset_id1\r\n')
      .slice(1)
      .map((part) => part.split('\r\n').filter((line) => /^(POST|PUT|PATCH|DELETE|if-)/.test(line)))
    const address = (row: number): string => `${url}/Orders(PartitionKey='it''s',RowKey='${row}')`
    expect(requests).toEqual([
      [`POST ${url}/Orders HTTP/1.1`],
      [`PATCH ${address(2)} HTTP/1.1`],
      [`PUT ${address(3)} HTTP/1.1`, 'if-match: W/"1"'],
      [`DELETE ${address(4)} HTTP/1.1`, 'if-match: *'],
    ])
    expect(body.endsWith('--changeset_id1--\r\n--batch_id1--\r\n')).toBe(true)
  })

  it('is ASCII, unless it would be too large so', () => {
    const entity = (at: number): TableChange => ({
      type: 'insert',
      entity: { partitionKey: 'a', rowKey: String(at), text: '\u65e5'.repeat(32_000) },
    })
    const small = batchBody(url, 'Orders', [entity(0)], 'id1').body
    expect(small).toMatch(/^[\0-\x7f]*$/)
    const many = Array.from({ length: 40 }, (_, at) => entity(at))
    const large = batchBody(url, 'Orders', many, 'id1').body
    expect(large).toContain('\u65e5\u65e5')
    expect(Buffer.byteLength(large)).toBeLessThan(4 * 1024 ** 2)
  })
})

describe('the answer', () => {
  it('has an outcome for each change, in order', () => {
    const answer = answerOf(made('W/"1"'), made('W/"2"'), made('W/"3"'), made())
    expect(batchOutcomes(answer, changes)).toEqual([
      { etag: 'W/"1"' },
      { etag: 'W/"2"' },
      { etag: 'W/"3"' },
      { etag: undefined },
    ])
  })

  it('names the change that failed', () => {
    const text = '2:The update condition specified in the request was not satisfied.\nRequestId:1'
    const part = failed('412 Precondition Failed', 'UpdateConditionNotSatisfied', text)
    expect(() => batchOutcomes(answerOf(part), changes)).toThrow(
      expect.objectContaining({
        at: 2,
        code: 'UpdateConditionNotSatisfied',
        statusCode: 412,
      }) as Error,
    )
  })

  it.each(['The request is not valid.', '99:There is no such place', 'x2:No place'])(
    'names none where the service does not: %s',
    (text) => {
      const part = failed('400 Bad Request', 'InvalidInput', text)
      const attempt = (): unknown => batchOutcomes(answerOf(part), changes)
      expect(attempt).toThrow(BatchFailure)
      expect(attempt).toThrow(expect.objectContaining({ at: undefined }) as Error)
    },
  )

  it('with too few parts leaves the outcome open', () => {
    expect(() => batchOutcomes(answerOf(made('W/"1"')), changes)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', retryable: 'no' }) as Error,
    )
  })
})
