/**
 * Presigned forms: what a page of a browser needs to upload a file of some size and type to one
 * key, by a POST. A form says how large the file may be, which no presigned PUT can.
 *
 * Invariant: the form can write this one key, with these fields, once or often until it ends.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import {
  type Metadata,
  type OperationOptions,
  presignSecondsDefault,
  presignSecondsMax,
  StorageError,
} from '@aos-storage/core'
import {
  assertContentType,
  assertInteger,
  assertKey,
  ownMetadata,
  ownOptions,
  quoteKey,
} from '@aos-storage/core/backend'
import { encodeMetadata, metadataBytesMax } from '../metadata.ts'
import { partBytesMax } from '../part-sizes.ts'
import { type PresignerOptions, unsigned } from './presigner.ts'
import { canSign, endOf, signingClient } from './signing-client.ts'
import { writtenHeaders } from './written-headers.ts'

/** What `presignPost` takes: what a form may upload, and for how long. */
export interface PresignPostOptions extends OperationOptions {
  /** From now. Default 900, at most 604,800. */
  readonly expiresInSeconds?: number | undefined
  /** Fewest bytes that the file may have. Default 0. */
  readonly bytesMin?: number | undefined
  /** Most bytes that the file may have. Default, and at most, 5 GiB. */
  readonly bytesMax?: number | undefined
  /** That the object gets, whatever the file is. Default `application/octet-stream`. */
  readonly contentType?: string | undefined
  /** That the object gets. Default none. */
  readonly metadata?: Metadata | undefined
}

/** A form that whoever has it may send, without credentials of their own. */
export interface PresignedForm {
  readonly url: string
  /** To be sent as `multipart/form-data`, before the `file`. Secret until they end. */
  readonly fields: Readonly<Record<string, string>>
  readonly expiresAt: Date
}

const optionNames: ReadonlySet<string> = new Set<keyof PresignPostOptions>([
  ...(['expiresInSeconds', 'bytesMin', 'bytesMax', 'contentType', 'metadata', 'signal'] as const),
])
const contentTypeDefault = 'application/octet-stream'
/** S3 puts the file's own name in its place, in all fields. */
const placeholder = '${filename}'

export class FormPresigner {
  readonly #options: PresignerOptions

  constructor(options: PresignerOptions) {
    this.#options = options
  }

  /** @throws StorageError as `presignPost` of the backend. */
  async presign(key: string, options: PresignPostOptions = {}): Promise<PresignedForm> {
    assertKey(key)
    const { expiresInSeconds, bytesMin, bytesMax, signal, ...own } = checked(options)
    const { bucket, names, headers } = this.#options
    const name = names.nameOf(key)
    const fields = { ...formFields(own), ...writtenHeaders(headers) }
    for (const value of [name, ...Object.values(fields)]) assertLiteral(value)
    if (!canSign(bucket.client)) throw unsigned()
    // Not a request to the bucket, but credentials may have to be fetched.
    return bucket.requests.send({
      ...{ backend: 's3', operation: 'presignPost', key, signal },
      send: async (abortSignal) => {
        const { client, credentials } = await signingClient(
          bucket.client,
          bucket.clock,
          abortSignal,
        )
        // Imported when it is asked for: most programs never do.
        const { createPresignedPost } = await import('@aws-sdk/s3-presigned-post')
        const form = await createPresignedPost(client, {
          ...{ Bucket: bucket.name, Key: name, Fields: fields, Expires: expiresInSeconds },
          Conditions: [['content-length-range', bytesMin, bytesMax]],
        })
        return { ...form, expiresAt: endOf(expirationOf(form.fields), credentials) }
      },
    })
  }
}

/** With its defaults. */
interface Checked extends PresignPostOptions {
  readonly expiresInSeconds: number
  readonly bytesMin: number
  readonly bytesMax: number
  readonly contentType: string
}

function checked(options: PresignPostOptions): Checked {
  const own = ownOptions(options, optionNames, 'presignPost')
  const { expiresInSeconds = presignSecondsDefault, contentType = contentTypeDefault } = own
  const { bytesMin = 0, bytesMax = partBytesMax } = own
  assertInteger(expiresInSeconds, 'expiresInSeconds', 1, presignSecondsMax)
  assertInteger(bytesMax, 'bytesMax', 0, partBytesMax)
  assertInteger(bytesMin, 'bytesMin', 0, bytesMax)
  assertContentType(contentType)
  return { ...own, expiresInSeconds, bytesMin, bytesMax, contentType }
}

function formFields({
  contentType,
  metadata,
}: Pick<Checked, 'contentType' | 'metadata'>): Record<string, string> {
  const own = metadata === undefined ? {} : ownMetadata(metadata, metadataBytesMax)
  const stored = Object.entries(encodeMetadata(own))
  return {
    'Content-Type': contentType,
    ...Object.fromEntries(stored.map(([name, value]) => [`x-amz-meta-${name}`, value])),
  }
}

/** @throws StorageError `UNSUPPORTED` for what the server would fill in. */
function assertLiteral(value: string): void {
  if (!value.includes(placeholder)) return
  throw new StorageError(
    'UNSUPPORTED',
    `A form cannot say ${quoteKey(value)}: S3 puts the name of the file in place of ` +
      `${placeholder}; take a presigned PUT, or another key`,
  )
}

/** As its policy says, which the SDK dates. */
function expirationOf(fields: Readonly<Record<string, string>>): Date {
  const policy = Buffer.from(fields['Policy'] ?? '', 'base64').toString()
  return new Date((JSON.parse(policy) as { expiration: string }).expiration)
}
