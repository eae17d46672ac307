/**
 * The server of a suite: one gateway for all rivals and rounds, so that they meet the same one in
 * the same state of warmth. `AOS_S3_URL` names another one.
 */
import { randomUUID } from 'node:crypto'

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Shared } from '@aos-tooling/bench'
import { s3Connection, useService } from '@aos-tooling/services'

const bucketVariable = 'AOS_BENCH_BUCKET'

/** Where the rivals of a suite work. */
export interface Place {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** The suite's own bucket. */
  readonly bucket: string
}

/** The SDK's client as its documentation has it for other servers. */
export function clientOf({ endpoint, region, credentials }: Place): S3Client {
  return new S3Client({
    ...{ endpoint, region, credentials, forcePathStyle: true },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** Starts the server, with a bucket in which `prepare` puts what is read later. */
export async function shareGateway(
  prepare: (client: S3Client, bucket: string) => Promise<unknown> = async () => undefined,
): Promise<Shared> {
  const service = await useService('rgw')
  const place = placeOf(service.url, `bench-${randomUUID()}`)
  const client = clientOf(place)
  await client.send(new CreateBucketCommand({ Bucket: place.bucket }))
  await prepare(client, place.bucket)
  return {
    environment: { AOS_S3_URL: service.url, [bucketVariable]: place.bucket },
    async stop() {
      await drop(client, place.bucket)
      client.destroy()
      await service.stop()
    },
  }
}

/** What {@link shareGateway} started, as a round's process finds it. */
export async function sharedPlace(): Promise<Place> {
  const { url } = await useService('rgw')
  const bucket = process.env[bucketVariable]
  if (bucket === undefined) throw new Error(`${bucketVariable} is not set; run pnpm bench`)
  return placeOf(url, bucket)
}

/** Calls one after the other, or so that `inFlight` of them are always under way. */
export async function inParallel(
  first: number,
  operations: number,
  inFlight: number,
  one: (operation: number) => Promise<unknown>,
): Promise<void> {
  const end = first + operations
  let next = first
  const work = async (): Promise<void> => {
    while (next < end) await one(next++)
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, operations) }, work))
}

function placeOf(url: string, bucket: string): Place {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, bucket }
}

async function drop(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
    if (Contents.length === 0) break
    const Objects = Contents.map(({ Key }) => ({ Key: Key! }))
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
  }
  await client.send(new DeleteBucketCommand({ Bucket }))
}
