/**
 * A body on its way by a scratch object: a stream of unknown length becomes an object that has one,
 * that can be read again, and that the service can copy.
 *
 * It takes the body over the network once more, or, where the service copies it, not. A scratch
 * object is hidden, and removed when its write ends; of a process that died it stays until a probe
 * sweeps it (`probe.ts`).
 */
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { isStorageError, StorageError } from '@aos-storage/core'
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Bucket } from './bucket.ts'
import type { CallConditions, ObjectCalls } from './calls.ts'
import { failureOf } from './errors.ts'
import { Multipart, type NewUpload } from './multipart.ts'
import type { S3Names } from './names.ts'
import { partBytesAt, partBytesMax } from './part-sizes.ts'
import type { S3Server } from './server.ts'
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
  /** True where the server holds its copy to conditions. */
  readonly isHeld: (server: S3Server) => boolean
  readonly copyTo: (name: string, copy: StagedCopy) => Promise<string>
  /** Never throws. */
  readonly remove: () => Promise<void>
}

interface StagedCopy {
  readonly operation: string
  readonly key: string
  readonly upload: NewUpload
  readonly conditions: CallConditions
  readonly signal: AbortSignal | undefined
  readonly onRefused: (error: StorageError, lost: StorageError | undefined) => Promise<string>
}

interface StagedObject extends Pick<Staged, 'bytes' | 'sha256'> {
  readonly operation: string
  readonly key: string
  readonly name: string
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
    let isCompleting = false
    try {
      const { parts, bytes } = await multipart.fill(hashed(body, hash), {
        partBytesAt: (place) => partBytesAt(place, partBytes),
        concurrency: this.#options.partConcurrency,
        bodyBytesMax: this.#options.objectBytesMax,
        failed,
      })
      isCompleting = true
      await multipart.complete({ parts, bytes }, {}, async (error, lost) => {
        // Nobody else knows its name: who finds it completed has completed it.
        if (lost !== undefined && error.code === 'CONFLICT') return ''
        throw error
      })
      return this.#staged({ operation, key, name, bytes, sha256: hash.digest('base64url') })
    } catch (error) {
      await multipart.abort()
      // Also one that was done, but not told.
      if (isCompleting) await this.#tidy(operation, key, name)
      throw error
    }
  }

  #staged({ operation, key, name, bytes, sha256 }: StagedObject): Staged {
    const { bucket, calls, partConcurrency: concurrency } = this.#options
    const serverCopy = new ServerCopy({
      ...{ bucket, calls, concurrency },
      singleCopyBytesMax: partBytesMax,
      copyPartBytes: partBytesMax / 10,
    })
    return {
      bytes,
      sha256,
      open: (signal) => this.#open(operation, key, name, signal),
      isHeld: (server) => serverCopy.isHeld(bytes, server),
      copyTo: (to, copy) =>
        serverCopy.copy({ ...copy, from: name, to, size: bytes, sourceEtag: undefined }),
      remove: () => this.#tidy(operation, key, name),
    }
  }

  /** A request of its own: what it fails with is not what the write that reads it fails with. */
  async #open(
    operation: string,
    key: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Readable> {
    const { bucket, calls } = this.#options
    try {
      const { Body } = await bucket.send({
        ...{ operation, key, signal },
        send: (abortSignal) => calls.get({ Key: name }, abortSignal),
      })
      return Body
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) throw sweptError(operation, key)
      throw error
    }
  }

  #tidy(operation: string, key: string, name: string): Promise<void> {
    const { bucket } = this.#options
    return bucket.tidy({ operation, key }, (signal) => this.#remove(name, signal))
  }

  /** Also where the bucket keeps versions, nothing of it stays. */
  async #remove(name: string, abortSignal: AbortSignal): Promise<void> {
    const { bucket, calls } = this.#options
    const target = { Bucket: bucket.name, Key: name }
    const { VersionId } = await calls.head({ Key: name }, abortSignal)
    if (VersionId !== undefined) {
      try {
        const command = new DeleteObjectCommand({ ...target, VersionId })
        return void (await bucket.client.send(command, { abortSignal }))
      } catch (error) {
        if (failureOf(error).status !== 403) throw error
      }
    }
    await bucket.client.send(new DeleteObjectCommand(target), { abortSignal })
  }
}

function sweptError(operation: string, key: string): StorageError {
  const message = 'Somebody removed the scratch object of this write meanwhile; write it again'
  return new StorageError('UNAVAILABLE', message, {
    ...{ backend: 's3', operation, key, retryable: 'exhausted' as const },
  })
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
