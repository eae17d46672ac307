/**
 * The server of a suite: one Azurite for all rivals and rounds, so that they meet the same one in
 * the same state of warmth. `AOS_AZURE_CONNECTION_STRING` names another one, or an account.
 */
import { randomUUID } from 'node:crypto'

import type { Shared } from '@aos-tooling/bench'
import { useService } from '@aos-tooling/services'
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'

const containerVariable = 'AOS_BENCH_CONTAINER'

/** Where the rivals of a suite work. */
export interface Place {
  readonly connectionString: string
  /** The suite's own container. */
  readonly container: string
}

/** Starts the server, with a container in which `prepare` puts what is read later. */
export async function shareAzurite(
  prepare: (container: ContainerClient) => Promise<unknown> = async () => undefined,
): Promise<Shared> {
  const service = await useService('azurite')
  const name = `bench-${randomUUID()}`
  const container = BlobServiceClient.fromConnectionString(service.url).getContainerClient(name)
  await container.create()
  await prepare(container)
  return {
    environment: { AOS_AZURE_CONNECTION_STRING: service.url, [containerVariable]: name },
    async stop() {
      await container.delete()
      await service.stop()
    },
  }
}

/** What {@link shareAzurite} started, as a round's process finds it. */
export async function sharedPlace(): Promise<Place> {
  const { url: connectionString } = await useService('azurite')
  const container = process.env[containerVariable]
  if (container === undefined) throw new Error(`${containerVariable} is not set; run pnpm bench`)
  return { connectionString, container }
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
