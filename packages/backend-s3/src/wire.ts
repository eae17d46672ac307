/**
 * Requests as they go over the wire: signed, sent by Node's own client, and their refusals read.
 *
 * The SDK's middleware costs a small request ten times what the request itself does, so that the
 * calls of which there are many go this way. Where the bucket is, and by which keys, is the SDK's
 * to say: its endpoint rules, its chain of credentials and of regions.
 */
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { systemClock } from '@aos-storage/core'
import { createHash } from 'node:crypto'
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AgentLease } from '@aos-storage/core/remote'
import type { Readable } from 'node:stream'
import { emptyPayload, sha256Hex, Signer, unsignedPayload, uriEncode } from './signing.ts'
import { unescapeXml } from './xml.ts'

/** Longer explanations are cut. */
const refusalBytesMax = 64 * 1024

/** A request to an object of the bucket, or to the bucket. */
export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** Empty for the bucket. */
  readonly name: string
  /** In the order of their names; those without a value are left out. */
  readonly parameters?: readonly (readonly [string, string | undefined])[] | undefined
  /** Names are lower-case; those without a value are left out. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** A stream is ended by who opened it, once the answer or failure is there. */
  readonly body?: Uint8Array | Readable | undefined
  /** Of a body that is a stream. */
  readonly length?: number | undefined
}

/** What a server refused, in the shape of the SDK's errors. */
class WireRefusal extends Error {
  override readonly name: string
  readonly Code: string | undefined
  readonly Region: string | undefined
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined }
  readonly $response: { readonly headers: Readonly<Record<string, string>> }

  constructor(answer: IncomingMessage, body: string) {
    super(textIn(body, 'Message') ?? answer.statusMessage ?? '')
    this.Code = textIn(body, 'Code') ?? (isPage(answer, body) ? 'NotS3' : undefined)
    this.name = this.Code ?? 'UnknownError'
    this.Region = textIn(body, 'Region')
    this.$metadata = {
      httpStatusCode: answer.statusCode ?? 0,
      requestId: answer.headers['x-amz-request-id'] as string | undefined,
    }
    // Only what is read of it: all of it would hold what only its owner may read.
    const { 'retry-after': wait, 'x-amz-bucket-region': region } = answer.headers
    this.$response = {
      headers: {
        ...(typeof wait === 'string' ? { 'retry-after': wait } : {}),
        ...(typeof region === 'string' ? { 'x-amz-bucket-region': region } : {}),
      },
    }
  }
}

/** A web page in place of S3's error: of who is no S3. One that is busy may be before it. */
function isPage({ statusCode = 0 }: IncomingMessage, body: string): boolean {
  const isSettled = statusCode < 500 && statusCode !== 408 && statusCode !== 429
  return isSettled && /^\s*<(?:!doctype\s+html|html)\b/i.test(body)
}

/** Where the bucket is, and how requests to it are signed. */
interface Target {
  readonly protocol: keyof Agents
  readonly hostname: string
  readonly port: number | undefined
  /** Host header. */
  readonly host: string
  /** Without a slash at its end. */
  readonly path: string
  readonly signer: Signer
}

/** Connections that are kept, by the scheme of the endpoint. */
export interface Agents {
  readonly 'http:': AgentLease['agent']
  readonly 'https:': AgentLease['agent']
}

/**
 * Two pools: a body that is read may wait for its reader, who sends it elsewhere, and would wait
 * for a connection for ever if bodies held all of them.
 */
export interface Pools {
  readonly reads: Agents
  readonly others: Agents
}

export class Wire {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #pools: Pools
  #target: Promise<Target> | undefined
  /** As of buckets whose objects are locked by default: known once one refused a body without. */
  #wantsMd5 = false

  constructor(client: S3Client, bucket: string, pools: Pools) {
    this.#client = client
    this.#bucket = bucket
    this.#pools = pools
  }

  /**
   * Sends a request; gives the answer with its body unread, or, when it is a refusal, throws.
   *
   * @throws WireRefusal, or the network's error. A signal that fires ends it, and an answer whose
   * body is still read.
   */
  async send(request: WireRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { body } = request
    const hasMd5 = this.#wantsMd5
    try {
      return await this.#send(request, signal, hasMd5)
    } catch (error) {
      const isMd5Asked = error instanceof WireRefusal && /Content-MD5/i.test(error.message)
      if (!isMd5Asked || hasMd5 || !(body instanceof Uint8Array)) throw error
      this.#wantsMd5 = true
      return this.#send(request, signal, true)
    }
  }

  async #send(
    request: WireRequest,
    signal: AbortSignal,
    hasMd5: boolean,
  ): Promise<IncomingMessage> {
    const target = await this.#found()
    const keys = await this.#client.config.credentials()
    const { method, body } = request
    const path = `${target.path}/${request.name.split('/').map(uriEncode).join('/')}`
    const query = (request.parameters ?? [])
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${uriEncode(value)}`]))
      .join('&')
    const headers: Record<string, string> = { host: target.host, 'user-agent': 'aos-storage' }
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers[name] = value
    }
    if (hasMd5 && body instanceof Uint8Array) headers['content-md5'] = md5Of(body)
    const payload = payloadOf(body, target.protocol)
    const unsigned = { method, path, query, headers, payload }
    const signed = target.signer.sign(unsigned, keys, systemClock.now())
    if (method === 'PUT') signed['content-length'] = String(lengthOf(request))
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    const pool = method === 'GET' ? this.#pools.reads : this.#pools.others
    const outgoing = send({
      method,
      agent: pool[target.protocol],
      hostname: target.hostname,
      ...(target.port === undefined ? {} : { port: target.port }),
      path: query === '' ? path : `${path}?${query}`,
      headers: signed,
    })
    const answer = await answered(outgoing, body, signal)
    if (answer.statusCode! < 300) return answer
    try {
      // Read also where there is none, as of HEAD: else its connection is never free again.
      const body = await bytesOf(answer, refusalBytesMax)
      throw new WireRefusal(answer, body.toString())
    } finally {
      // Refused before all of the body was sent: the rest is of no use.
      if (!outgoing.writableFinished) outgoing.destroy()
    }
  }

  async #found(): Promise<Target> {
    this.#target ??= this.#find()
    try {
      return await this.#target
    } catch (error) {
      this.#target = undefined
      throw error
    }
  }

  async #find(): Promise<Target> {
    const { request, signingRegion } = await requestOfSdk(this.#client, this.#bucket)
    const { protocol, hostname, port, path } = request
    return {
      protocol: protocol === 'http:' ? 'http:' : 'https:',
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port,
      host: port === undefined ? hostname : `${hostname}:${port}`,
      path: path.slice(0, -1 - probeName.length),
      signer: new Signer(signingRegion ?? (await this.#client.config.region())),
    }
  }
}

/** An object whose request is never sent. */
const probeName = 'x'

interface SdkRequest {
  readonly request: {
    readonly protocol: string
    readonly hostname: string
    readonly port?: number | undefined
    readonly path: string
  }
  readonly signingRegion: string | undefined
}

/** Where the SDK would send a request, by all of its rules: asked of itself, and not sent. */
async function requestOfSdk(client: S3Client, bucket: string): Promise<SdkRequest> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: probeName })
  let found: SdkRequest | undefined
  command.middlewareStack.add(
    (_, context) => async (args) => {
      const signingRegion = context['signing_region'] as string | undefined
      found = { request: args.request as SdkRequest['request'], signingRegion }
      throw new Error('Not to be sent')
    },
    { step: 'build', priority: 'low' },
  )
  try {
    await client.send(command, {})
  } catch (error) {
    if (found === undefined) throw error
  }
  return found!
}

function answered(
  outgoing: ClientRequest,
  body: WireRequest['body'],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    const ended = (): void => {
      signal.removeEventListener('abort', abort)
      // An error costs its stack.
      if (!isAnswered) reject(aborted())
    }
    const abort = (): void => {
      outgoing.destroy(aborted())
      // One that waits for a connection tells of no end.
      if (outgoing.socket === null) ended()
    }
    signal.addEventListener('abort', abort, { once: true })
    outgoing.once('response', (answer) => {
      isAnswered = true
      resolve(answer)
    })
    // Also after the answer, whose body then ends: who reads it is told.
    outgoing.on('error', reject)
    outgoing.once('close', ended)
    if (signal.aborted) abort()
    else if (body === undefined || body instanceof Uint8Array) outgoing.end(body)
    else {
      body.on('error', (error) => outgoing.destroy(error))
      body.pipe(outgoing)
    }
  })
}

function aborted(): Error {
  return Object.assign(new Error('The request ended without an answer'), { code: 'ECONNABORTED' })
}

function md5Of(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64')
}

/** Over plain http the signature holds the body; over https the connection does. */
function payloadOf(body: WireRequest['body'], protocol: string): string {
  if (body === undefined) return emptyPayload
  if (!(body instanceof Uint8Array) || protocol === 'https:') return unsignedPayload
  return body.byteLength === 0 ? emptyPayload : sha256Hex(body)
}

function lengthOf({ body, length = 0 }: WireRequest): number {
  return body instanceof Uint8Array ? body.byteLength : length
}

/** All of a body, or its start. */
export async function bytesOf(answer: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The text of an element of an error document, of which none is nested. */
function textIn(xml: string, element: string): string | undefined {
  const found = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]
  if (found === undefined || found === '') return undefined
  return unescapeXml(found)
}
