/** All that the simulated server holds: buckets, credentials, its behaviour, its clock. */
import type { Clock } from '@aos-storage/core'
import type { SeededRandom } from '@aos-storage/core/testing'

import type { Behaviour } from '../behaviour.ts'
import { S3Error } from '../protocol/s3-error.ts'
import { Bucket } from './bucket.ts'
import { Room } from './room.ts'

/** A key pair that may sign. */
export interface SimulatedCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Must come with every request, where there is one. */
  readonly sessionToken?: string | undefined
  /** From this time on: 400 `ExpiredToken`. Default: never. */
  readonly expiresAtMs?: number | undefined
}

/** What an account is made with. */
export interface AccountOptions {
  readonly behaviour: Behaviour
  readonly clock: Clock
  readonly random: SeededRandom
  readonly region: string
  readonly bytesMax: number
}

/** The id of the owner of everything; `x-amz-expected-bucket-owner` must name it. */
export const accountId = '000000000000'

export class Account {
  behaviour: Behaviour
  readonly clock: Clock
  readonly random: SeededRandom
  readonly region: string
  readonly room: Room
  readonly buckets: Map<string, Bucket> = new Map()
  readonly credentials: Map<string, SimulatedCredentials> = new Map()

  constructor({ behaviour, clock, random, region, bytesMax }: AccountOptions) {
    this.behaviour = behaviour
    this.clock = clock
    this.random = random
    this.region = region
    this.room = new Room(bytesMax)
  }

  createBucket(name: string, region: string = this.region): Bucket {
    const { clock, random, room } = this
    const bucket = new Bucket({ name, region, createdMs: clock.now(), random, room })
    this.buckets.set(name, bucket)
    return bucket
  }

  /** @throws S3Error `NoSuchBucket`, or `PermanentRedirect` for one of another region. */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name)
    if (bucket === undefined) {
      throw new S3Error('NoSuchBucket', { fields: { BucketName: name } })
    }
    if (bucket.region !== this.region) {
      throw new S3Error('PermanentRedirect', {
        fields: { Endpoint: `s3.${bucket.region}.amazonaws.com`, Bucket: name },
        headers: { 'x-amz-bucket-region': bucket.region },
      })
    }
    return bucket
  }

  /** An id of 32 characters: of an upload, of an opaque ETag. */
  nextId(): string {
    return Buffer.from(this.random.bytes(24)).toString('base64url')
  }
}
