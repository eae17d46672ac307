/**
 * A body on its way by a scratch object: a stream of unknown length becomes an object that has one,
 * that can be read again, and that the service can copy.
 *
 * It takes the body over the network once more, or, where the service copies it, not. A scratch
 * object is hidden, and removed when its write ends; of a process that died it stays until a probe
 * sweeps it ({@link Scratch}).
 */
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import type { StorageError } from '@aos-storage/core'
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Bucket } from './bucket.ts'
import type { CallConditions, ObjectCalls } from './calls.ts'
import { Multipart, type NewUpload } from './multipart.ts'
import type { S3Names } from './names.ts'
import { partBytesAt, partBytesMax } from './part-sizes.ts'
import { ServerCopy } from './server-copy.ts'

const scratchType = 'application/octet-stream'

export interface StagingOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly names: S3Names
  readonly partBytes: number
  readonly partConcurrency: number
  readonly objectBytesMax: number
}

export interface StageOptions {
  readonly operation: string
  readonly key: string
  readonly body: AsyncIterable<Uint8Array>
  readonly failed: AbortController
  readonly signal: AbortSignal | undefined
}

/** A body that waits at the service. */
export interface Staged {
  readonly bytes: number
  readonly sha256: string
  readonly open: (signal: AbortSignal) => Promise<Readable>
  readonly copyTo: (name: string, copy: StagedCopy) => Promise<string>
  /** Never throws. */
  readonly remove: () => Promise<void>
}

export interface StagedCopy {
  readonly operation: string
  readonly key: string
  readonly upload: NewUpload
  readonly conditions: CallConditions
  readonly signal: AbortSignal | undefined
  readonly onRefused: (error: StorageError, lost: StorageError | undefined) => Promise<string>
}

export class Staging {
  readonly #options: StagingOptions

  constructor(options: StagingOptions) {
    this.#options = options
  }

  async stage({ operation, key, body, failed, signal }: StageOptions): Promise<Staged> {
    const { bucket, calls, names, partBytes } = this.#options
    const name = names.scratch(bucket.random.id())
    const common = { bucket, calls, operation, key, name, signal }
    const multipart = await Multipart.begin(common, { ContentType: scratchType, Metadata: {} })
    const hash = createHash('sha256')
    try {
      const { parts, bytes } = await multipart.fill(hashed(body, hash), {
        partBytesAt: (place) => partBytesAt(place, partBytes),
        concurrency: this.#options.partConcurrency,
        bodyBytesMax: this.#options.objectBytesMax,
        failed,
      })
      await multipart.complete(parts, {}, async (error, lost) => {
        // Nobody else knows its name: who finds it completed has completed it.
        if (lost !== undefined && error.code === 'CONFLICT') return ''
        throw error
      })
      return this.#staged(name, bytes, hash.digest('base64url'))
    } catch (error) {
      await multipart.abort()
      throw error
    }
  }

  #staged(name: string, bytes: number, sha256: string): Staged {
    const { bucket, calls, partConcurrency: concurrency } = this.#options
    return {
      bytes,
      sha256,
      open: async (signal) => (await calls.get({ Key: name }, signal)).Body,
      copyTo: (to, copy) =>
        new ServerCopy({
          ...{ bucket, calls, concurrency },
          singleCopyBytesMax: partBytesMax,
          copyPartBytes: partBytesMax / 10,
        }).copy({ ...copy, from: name, to, size: bytes, sourceEtag: undefined }),
      remove: () => this.#remove(name),
    }
  }

  async #remove(name: string): Promise<void> {
    const { bucket } = this.#options
    const command = new DeleteObjectCommand({ Bucket: bucket.name, Key: name })
    try {
      await bucket.send({
        operation: 'write',
        send: (abortSignal) => bucket.client.send(command, { abortSignal }),
      })
    } catch {
      // It is swept later.
    }
  }
}

async function* hashed(
  body: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
}
