/**
 * One request and its answer.
 *
 * ```
 *   head -> operation -> faults before -> signature -> permission -> body -> store -> answer
 *                                                                             |
 *                                       connection <- faults of the body <- faults after
 * ```
 *
 * Invariant: an operation reads all of its body before it changes anything, and then changes it in
 * one turn of the event loop, so that no other request sees half of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

import { deliver, endConnection } from './faults/delivery.ts'
import { type RequestFaults, type Script, statusOfFault } from './faults/script.ts'
import { operations } from './operations/index.ts'
import { type Answer, errorAnswer, hostId } from './protocol/answer.ts'
import { Call } from './protocol/call.ts'
import { httpDate } from './protocol/object-headers.ts'
import { requestOf, type S3Request } from './protocol/request.ts'
import { type Routed, routeOf } from './protocol/routing.ts'
import { S3Error } from './protocol/s3-error.ts'
import { ServerCrash } from './protocol/server-crash.ts'
import type { OpenRecord, RequestLog } from './record.ts'
import { type Authentication, authenticate, unsignedPayload } from './signature/verify.ts'
import { type Account, accountId } from './store/account.ts'
import type { SimulatedS3 } from './simulated-s3.ts'

/** What all exchanges of a server share. */
export interface ExchangeDesk {
  readonly account: Account
  readonly script: Script
  readonly log: RequestLog
  /** What a `meanwhile` gets. */
  readonly s3: SimulatedS3
  /** Ends every connection. */
  crash(): void
  /** Takes an error that no S3 has: a mistake in the simulation or in a script. */
  failed(error: unknown): void
}

/** Answers one request; settles when the answer was given or lost. */
export async function exchange(
  message: IncomingMessage,
  response: ServerResponse,
  desk: ExchangeDesk,
): Promise<void> {
  message.on('error', () => undefined)
  response.on('error', () => undefined)
  await new Exchange(message, response, desk).run()
}

/** How an exchange ends without an answer. */
class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

class Exchange {
  readonly #message: IncomingMessage
  readonly #response: ServerResponse
  readonly #desk: ExchangeDesk
  readonly #gone = new AbortController()
  #requestId = ''
  #mayContinue = true

  constructor(message: IncomingMessage, response: ServerResponse, desk: ExchangeDesk) {
    this.#message = message
    this.#response = response
    this.#desk = desk
    response.once('close', () => this.#gone.abort())
  }

  async run(): Promise<void> {
    const { record, faults, answer } = await this.#answer()
    if (answer === undefined) return
    record.status = answer.status
    record.errorCode = answer.errorCode
    this.#leaveBody()
    const response = this.#response
    response.sendDate = false
    response.setHeader('Date', httpDate(this.#desk.account.clock.now()))
    response.setHeader('Server', 'SimulatedS3')
    response.setHeader('x-amz-request-id', this.#requestId)
    response.setHeader('x-amz-id-2', hostId)
    const { clock } = this.#desk.account
    const isHead = this.#message.method === 'HEAD'
    await deliver(answer, { response, isHead, faults, clock, gone: this.#gone.signal })
  }

  async #answer(): Promise<{
    readonly record: OpenRecord
    readonly faults: RequestFaults
    readonly answer: Answer | undefined
  }> {
    const { log, script } = this.#desk
    const parsed = attempt(() => requestOf(this.#message))
    const request = parsed.value ?? unreadable(this.#message)
    const routed = attempt(() => routeOf(request))
    const record = log.open(request, routed.value?.operation)
    this.#requestId = `SIMULATED${String(record.number).padStart(7, '0')}`
    const faults = script.strike({
      operation: record.operation,
      bucket: request.bucket,
      key: request.key,
      header: (name) => request.headers.get(name.toLowerCase()),
    })
    record.faults = faults.kinds
    const answer = await this.#guarded(request, async () => {
      await this.#before(faults)
      const refused = scriptedError(faults, false)
      if (refused !== undefined) return this.#scripted(refused, request)
      if (parsed.error !== undefined) throw parsed.error
      if (routed.error !== undefined) throw routed.error
      const given = await this.#guarded(request, () => this.#perform(request, routed.value, faults))
      return given && this.#after(faults, request, given)
    })
    return { record, faults, answer }
  }

  /** The answer, or the one that an error is; undefined when there is none. */
  async #guarded(
    request: S3Request,
    act: () => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof S3Error) {
        return errorAnswer(error, this.#requestId, request.rawPath)
      }
      if (error instanceof ServerCrash) this.#desk.crash()
      else if (!(error instanceof Unanswered) && !this.#gone.signal.aborted) {
        this.#desk.failed(error)
        return errorAnswer(new S3Error('InternalError'), this.#requestId, request.rawPath)
      }
      return undefined
    }
  }

  async #perform(request: S3Request, routed: Routed, faults: RequestFaults): Promise<Answer> {
    const { account } = this.#desk
    const { operation, action } = routed
    // A form is signed in its fields.
    const authentication: Authentication =
      operation === 'PostObject'
        ? { payloadHash: unsignedPayload, chunks: undefined }
        : authenticate(request, account)
    const { behaviour } = account
    const owner = request.headers.get('x-amz-expected-bucket-owner')
    if (behaviour.denied.includes(action) || (owner ?? accountId) !== accountId) {
      throw new S3Error('AccessDenied')
    }
    const body = { request, authentication, behaviour, chunks: this.#chunks() }
    const call = new Call({ account, operation, body, keyErrors: faults.keyErrors() })
    return operations[operation](call)
  }

  /** Faults that come before the request is looked at. */
  async #before(faults: RequestFaults): Promise<void> {
    const { account, s3 } = this.#desk
    for (const { at, run } of faults.all('meanwhile')) if (at === 'request') await run(s3)
    await faults.stall('request', account.clock, this.#gone.signal)
    // Who gave up before the request was looked at can be sure that nothing was done.
    if (this.#gone.signal.aborted) throw new Unanswered()
    const dropped = faults.first('dropped-request')
    if (dropped === undefined) return
    let leftBytes = dropped.afterBytes ?? 0
    if (leftBytes > 0) {
      for await (const chunk of this.#chunks()) {
        leftBytes -= chunk.byteLength
        if (leftBytes <= 0) break
      }
    }
    endConnection(this.#response.socket, dropped.by ?? 'rst')
    throw new Unanswered()
  }

  /** Faults that come when the operation is done. */
  async #after(
    faults: RequestFaults,
    request: S3Request,
    answer: Answer,
  ): Promise<Answer | undefined> {
    const { account, s3 } = this.#desk
    for (const { at, run } of faults.all('meanwhile')) if (at === 'answer') await run(s3)
    await faults.stall('answer', account.clock, this.#gone.signal)
    const lost = faults.first('lost-answer')
    if (lost !== undefined) {
      endConnection(this.#response.socket, lost.by ?? 'rst')
      return undefined
    }
    const scripted = scriptedError(faults, true)
    return scripted === undefined ? answer : this.#scripted(scripted, request)
  }

  #scripted({ error, status }: ScriptedError, request: S3Request): Answer {
    return { ...errorAnswer(error, this.#requestId, request.rawPath), status }
  }

  /** The body, which the client is asked for only when it is wanted (`Expect: 100-continue`). */
  async *#chunks(): AsyncGenerator<Uint8Array> {
    if (this.#expectsContinue && this.#mayContinue) {
      this.#mayContinue = false
      this.#response.writeContinue()
    }
    // Not destroyed when the reader stops: the answer goes the same way.
    yield* this.#message.iterator({ destroyOnReturn: false })
  }

  get #expectsContinue(): boolean {
    return this.#message.headers.expect?.toLowerCase() === '100-continue'
  }

  /** Reads and forgets what nobody wanted, or keeps the client from sending it. */
  #leaveBody(): void {
    if (this.#expectsContinue && this.#mayContinue) {
      this.#response.setHeader('Connection', 'close')
    }
    this.#message.resume()
  }
}

interface ScriptedError {
  readonly error: S3Error
  readonly status: number
}

function scriptedError(faults: RequestFaults, isDone: boolean): ScriptedError | undefined {
  const plain = faults.all('error').find((each) => (each.isDone ?? false) === isDone)
  if (plain !== undefined) {
    const { code, message, headers } = plain
    const status = statusOfFault(plain)
    return { error: new S3Error(code, { message, headers, status }), status }
  }
  const late = faults.all('error-in-200').find((each) => (each.isDone ?? false) === isDone)
  if (late === undefined) return undefined
  return { error: new S3Error(late.code, { message: late.message }), status: 200 }
}

type Attempt<T> =
  | { readonly value: T; readonly error: undefined }
  | { readonly value: undefined; readonly error: S3Error }

function attempt<T>(act: () => T): Attempt<T> {
  try {
    return { value: act(), error: undefined }
  } catch (error) {
    if (!(error instanceof S3Error)) throw error
    return { value: undefined, error }
  }
}

/** Stands for a request whose address cannot be read. */
function unreadable(message: IncomingMessage): S3Request {
  return {
    method: message.method ?? 'GET',
    rawPath: message.url ?? '/',
    bucket: '',
    key: '',
    query: new URLSearchParams(),
    headers: new Map(),
  }
}
