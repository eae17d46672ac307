/** What an operation gets: its request, and what it may ask for. */
import type { Behaviour } from '../behaviour.ts'
import {
  type BodyLimits,
  type BodySource,
  type ReceivedBody,
  receiveBody,
} from '../body/receive.ts'
import type { Account } from '../store/account.ts'
import type { Bucket } from '../store/bucket.ts'
import type { Answer } from './answer.ts'
import type { S3Request } from './request.ts'
import type { S3Operation } from './routing.ts'
import { S3Error } from './s3-error.ts'
import { parseXml, type XmlElement } from './xml-reader.ts'

/** An error of one key in DeleteObjects that a script asks for. */
export type KeyErrors = (key: string) => { readonly code: string; readonly message: string } | null

/** What a call is made of. */
export interface CallParts {
  readonly account: Account
  readonly operation: S3Operation
  readonly body: BodySource
  readonly keyErrors: KeyErrors
}

/** An operation: from a call to an answer. It reads its body first and then acts in one go. */
export type Operation = (call: Call) => Answer | Promise<Answer>

/** Amazon takes at most 1,000 keys of 1,024 bytes in a body. */
const xmlBytesMax = 2 * 1024 * 1024

export class Call {
  readonly account: Account
  readonly operation: S3Operation
  readonly request: S3Request
  readonly keyErrors: KeyErrors
  readonly #body: BodySource

  constructor({ account, operation, body, keyErrors }: CallParts) {
    this.account = account
    this.operation = operation
    this.request = body.request
    this.keyErrors = keyErrors
    this.#body = body
  }

  get behaviour(): Behaviour {
    return this.#body.behaviour
  }

  get headers(): ReadonlyMap<string, string> {
    return this.request.headers
  }

  get key(): string {
    return this.request.key
  }

  get bucketName(): string {
    return this.request.bucket
  }

  get nowMs(): number {
    return this.account.clock.now()
  }

  /** @throws S3Error `NoSuchBucket`, `PermanentRedirect`. */
  bucket(): Bucket {
    return this.account.bucket(this.bucketName)
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name)
  }

  /** A query parameter; undefined when it is absent or empty. */
  parameter(name: string): string | undefined {
    return this.request.query.get(name) || undefined
  }

  /** A body that is stored. */
  async object(): Promise<ReceivedBody> {
    const tooLong = (bytes: number, bytesMax: number): S3Error =>
      new S3Error('EntityTooLarge', { fields: { ProposedSize: bytes, MaxSizeAllowed: bytesMax } })
    const { putBytesMax: bytesMax } = this.behaviour
    // Before it is read: what can never be stored must not be in memory either.
    const names = ['x-amz-decoded-content-length', 'content-length']
    const [stated = '0'] = names.flatMap((name) => this.header(name) ?? [])
    const sentBytes = Number(stated)
    if (sentBytes <= bytesMax) this.account.room.assertFits(sentBytes)
    return this.#receive({ bytesMax, tooLong, needsLength: true })
  }

  /** @throws S3Error `MalformedXML` unless the body is one element of this name. */
  async xml(rootName: string): Promise<XmlElement> {
    return parseXml(await this.text(), rootName)
  }

  /** A body of text, which may be empty. */
  async text(): Promise<string> {
    return Buffer.from((await this.bytes()).bytes).toString()
  }

  /** A body that is read for what it says. */
  async bytes(bytesMax: number = xmlBytesMax): Promise<ReceivedBody> {
    const tooLong = (): S3Error => new S3Error('MaxMessageLengthExceeded')
    return this.#receive({ bytesMax, tooLong, needsLength: false })
  }

  /** Whether an action is denied to everybody. */
  isDenied(action: Behaviour['denied'][number]): boolean {
    return this.behaviour.denied.includes(action)
  }

  async #receive(limits: BodyLimits): Promise<ReceivedBody> {
    return receiveBody(this.#body, limits)
  }
}
