/**
 * Requests to the table service: the SDK's pipeline (signature, pool, proxy, logs), and our own
 * bodies and addresses in it.
 */
import {
  AzureNamedKeyCredential,
  AzureSASCredential,
  RestError,
  TableServiceClient,
} from '@azure/data-tables'
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline'
import type { Connection } from '../connection.ts'

/** The version of the service that the bodies are written for; the SDK's own. */
const serviceVersion = '2019-02-02'
const jsonType = 'application/json;odata=minimalmetadata'

/** One request. */
export interface TableRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the service's URL, encoded. */
  readonly path: string
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly contentType?: string
}

export interface TableAnswer {
  readonly text: string
  header(name: string): string | undefined
}

export class TableService {
  readonly url: string
  readonly #pipeline: Pipeline
  readonly #client: HttpClient = createDefaultHttpClient()

  constructor(connection: Connection) {
    this.url = connection.urlOf('table')
    this.#pipeline = clientOf(connection, this.url).pipeline
    // The SDK's own bodies; ours are ready.
    this.#pipeline.removePolicy({ name: 'serializationPolicy' })
    this.#pipeline.removePolicy({ name: 'deserializationPolicy' })
  }

  /** @throws RestError with the service's code, for an answer that is none of success. */
  async send(request: TableRequest, signal: AbortSignal): Promise<TableAnswer> {
    const { method, path, query, headers, body, contentType = 'application/json' } = request
    const url = `${this.url}/${path}${queryText(query)}`
    const response = await this.#pipeline.sendRequest(
      this.#client,
      createPipelineRequest({
        url,
        method,
        abortSignal: signal,
        allowInsecureConnection: url.startsWith('http:'),
        headers: createHttpHeaders({
          accept: jsonType,
          dataserviceversion: '3.0',
          'x-ms-version': serviceVersion,
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...headers,
        }),
        ...(body === undefined ? {} : { body }),
      }),
    )
    if (response.status < 200 || response.status > 299) throw failureOf(response)
    return { text: response.bodyAsText ?? '', header: (name) => response.headers.get(name) }
  }
}

/** The JSON of an answer. @throws RestError, worth another try, for one that broke off. */
export function jsonOf(answer: TableAnswer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(answer.text)
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new RestError('The answer is no JSON', { code: RestError.PARSE_ERROR })
}

/** The error that a body of the service tells; the code is empty where it is none of its. */
export function odataError(text: string): { readonly code: string; readonly message: string } {
  try {
    const error = (JSON.parse(text) as Record<string, unknown>)['odata.error'] as {
      code?: unknown
      message?: { value?: unknown }
    }
    const message = error.message?.value
    return {
      code: typeof error.code === 'string' ? error.code : '',
      message: typeof message === 'string' ? message : '',
    }
  } catch {
    return { code: '', message: '' }
  }
}

function failureOf(response: PipelineResponse): RestError {
  const { status, request, bodyAsText } = response
  const { code } = odataError(bodyAsText ?? '')
  const message = `The table service answered ${status} ${code}`.trimEnd()
  return new RestError(message, { code, statusCode: status, request, response })
}

function queryText(query: TableRequest['query']): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/** Our structural type, in the SDK's words. */
type SdkToken = Extract<ConstructorParameters<typeof TableServiceClient>[1], { getToken: unknown }>

function clientOf(connection: Connection, url: string): TableServiceClient {
  const { credential } = connection.account
  const options = connection.clientOptions('table')
  if (credential.kind === 'key') {
    const key = new AzureNamedKeyCredential(credential.accountName, credential.accountKey)
    return new TableServiceClient(url, key, options)
  }
  return credential.kind === 'sas'
    ? new TableServiceClient(url, new AzureSASCredential(credential.sas), options)
    : new TableServiceClient(url, credential.token as SdkToken, options)
}
