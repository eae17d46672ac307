/**
 * Transactions on the wire: a multipart body with one request for each change, and its answer.
 *
 * Source: learn.microsoft.com, "Performing entity group transactions". When a change fails, the
 * answer has one part, whose message begins with the place of that change, counted from 0.
 */
import { StorageError } from '@aos-storage/core'
import { type ChangeOutcome, type TableChange, tableLimits } from '@aos-storage/core/backend'
import { failureOf } from '../errors.ts'
import { SdkFailure } from '../sdk-failure.ts'
import { changeRequest } from './change-request.ts'
import { odataError, type TableAnswer } from './service.ts'

const lineEnd = '\r\n'

export interface BatchBody {
  readonly contentType: string
  readonly body: string
}

/** @param id Names the parts' boundaries; no value may hold it. */
export function batchBody(
  url: string,
  table: string,
  changes: readonly TableChange[],
  id: string,
): BatchBody {
  const contentType = `multipart/mixed; boundary=batch_${id}`
  const ascii = bodyText(url, table, changes, id, true)
  // Escapes are longer: a transaction that fits without them must be made.
  const fits = ascii.length <= tableLimits.transactionBytesMax
  return { contentType, body: fits ? ascii : bodyText(url, table, changes, id, false) }
}

function bodyText(
  url: string,
  table: string,
  changes: readonly TableChange[],
  id: string,
  isAscii: boolean,
): string {
  const lines = [`--batch_${id}`, `content-type: multipart/mixed; boundary=changeset_${id}`, '']
  for (const change of changes) {
    const { method, path, headers, body } = changeRequest(table, change, isAscii)
    lines.push(
      `--changeset_${id}`,
      'content-type: application/http',
      'content-transfer-encoding: binary',
      '',
      `${method} ${url}/${path} HTTP/1.1`,
      'accept: application/json;odata=minimalmetadata',
      'dataserviceversion: 3.0',
      ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
      ...(body === undefined ? [] : ['content-type: application/json']),
      '',
      body ?? '',
    )
  }
  lines.push(`--changeset_${id}--`, `--batch_${id}--`, '')
  return lines.join(lineEnd)
}

/** The change that made a transaction fail, and why. */
export class BatchFailure extends SdkFailure {
  override readonly name: string = 'BatchFailure'
  /** Counted from 0; undefined where the service does not say. */
  readonly at: number | undefined

  constructor(failed: Part, at: number | undefined, answer: TableAnswer) {
    const { code } = odataError(failed.body)
    const message = `The table service answered ${failed.status} ${code} in a transaction`
    // The headers are those of the whole answer: they have the request's id.
    const headers = { get: (name: string) => answer.header(name) }
    super(new Error(message), failureOf({ code, statusCode: failed.status, response: { headers } }))
    this.at = at
  }
}

interface Part {
  readonly status: number
  readonly etag: string | undefined
  readonly body: string
}

/**
 * The outcomes of a transaction, in the order of its changes.
 *
 * @throws BatchFailure when one of them failed; StorageError `UNAVAILABLE` for an answer that is
 * none, after which the outcome is open.
 */
export function batchOutcomes(
  answer: TableAnswer,
  changes: readonly TableChange[],
): ChangeOutcome[] {
  const parts = partsOf(answer.text)
  const failed = parts.find(({ status }) => status < 200 || status > 299)
  if (failed !== undefined) throw new BatchFailure(failed, placeOf(failed, changes.length), answer)
  if (parts.length !== changes.length) {
    throw new StorageError(
      'UNAVAILABLE',
      `The table service answered ${parts.length} of ${changes.length} changes; look whether ` +
        'they were made',
      { retryable: 'no' },
    )
  }
  return parts.map(({ etag }, at) => ({ etag: changes[at]!.type === 'delete' ? undefined : etag }))
}

/** The place of the change that failed, which its message begins with. */
function placeOf({ body }: Part, count: number): number | undefined {
  const place = /^(\d{1,3}):/.exec(odataError(body).message)?.[1]
  return place !== undefined && Number(place) < count ? Number(place) : undefined
}

function partsOf(text: string): Part[] {
  return text
    .split(/^--changesetresponse_/m)
    .slice(1)
    .flatMap((part) => {
      const status = /^HTTP\/1\.[01] (\d{3})/m.exec(part)?.[1]
      // The end of the list.
      if (status === undefined) return []
      const etag = /^etag: *(.*?)\r?$/im.exec(part)?.[1]
      const body = /^\{.*\}/m.exec(part)?.[0] ?? ''
      return [{ status: Number(status), etag, body }]
    })
}
