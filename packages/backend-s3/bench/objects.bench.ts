/**
 * Objects of 1 KiB written, read and looked at, with 1 and with 32 under way, against the SDK,
 * minio and s3mini.
 *
 * The client and the gateway share the machine, and the gateway takes more of an operation than any
 * client does: what is compared is what a caller sees, not what the clients alone cost.
 */
import { deepStrictEqual } from 'node:assert/strict'

import { PutObjectCommand } from '@aws-sdk/client-s3'
import { defineSuite, type ReadyRival, type Rival, type Suite } from '@aos-tooling/bench'

import { inParallel, shareGateway, sharedPlace } from './gateway.ts'
import {
  backend,
  manager,
  minio,
  type ObjectStore,
  type ObjectStoreKind,
  s3mini,
  sdk,
} from './object-stores.ts'

const objectBytes = 1024
const keysMax = 512
/** How many writes at the end of a round are read back and compared. */
const checkedWrites = 32

/** Different bytes for writes in turn, so that reading back tells whose they are. */
const bodies = Array.from({ length: 16 }, (_, n) => new Uint8Array(objectBytes).fill(n + 1))

const bodyOf = (write: number): Uint8Array => bodies[write % bodies.length] as Uint8Array

/** Spreads over all keys; the same key comes back after `keysMax` operations, never before. */
const keyOf = (operation: number): string => `agents/ceo/k${(operation * 37) % keysMax}`

type Ready = (store: ObjectStore, name: string, folder: string) => ReadyRival

function rival(kind: ObjectStoreKind, ready: Ready): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup({ folder }) {
      const store = await kind.open(await sharedPlace())
      const work = ready(store, name, folder)
      return {
        run: (batch) => work.run(batch),
        async teardown() {
          await work.teardown?.()
          await store.close()
        },
      }
    },
  }
}

const writing =
  (inFlight: number): Ready =>
  (store, name, folder) => {
    const own = folder.slice(folder.lastIndexOf('/') + 1)
    const keyOfWrite = (write: number): string => `${own}/${keyOf(write)}`
    let writes = 0
    return {
      async run({ operations }) {
        await inParallel(writes, operations, inFlight, (n) => store.put(keyOfWrite(n), bodyOf(n)))
        writes += operations
      },
      async teardown() {
        for (let write = Math.max(0, writes - checkedWrites); write < writes; write += 1) {
          const bytes = await store.get(keyOfWrite(write))
          deepStrictEqual(new Uint8Array(bytes), bodyOf(write), `${name} lost a write`)
        }
      },
    }
  }

const looking =
  (inFlight: number, bytesOf: (store: ObjectStore, key: string) => Promise<number>): Ready =>
  (store, name) => ({
    async run({ index, operations }) {
      let bytes = 0
      await inParallel(index * operations, operations, inFlight, async (n) => {
        const length = await bytesOf(store, keyOf(n))
        bytes += length
      })
      if (bytes !== operations * objectBytes) throw new Error(`${name} read too little`)
    },
  })

const common = {
  ours: manager.name,
  measureMs: 2000,
  rounds: 9,
  promises: [sdk, minio, s3mini].map(({ name }) => ({ against: name, atLeast: 0.95 })),
  share: () =>
    shareGateway((client, bucket) =>
      inParallel(0, keysMax, 32, (n) =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(n), Body: bodyOf(n) })),
      ),
    ),
} satisfies Partial<Suite>

const shape = (inFlight: number): Pick<Suite, 'operationsPerBatch' | 'warmupBatches'> =>
  inFlight === 1
    ? { operationsPerBatch: 1, warmupBatches: 300 }
    : { operationsPerBatch: 256, warmupBatches: 3 }

const rivals = (ready: Ready): Rival[] =>
  [manager, backend, sdk, minio, s3mini].map((kind) => rival(kind, ready))

const suites = [1, 32].flatMap((inFlight) => [
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `put 1 KiB, ${inFlight} in flight`,
    about: `Bytes with a type into ${keysMax} objects in turn: each is made once, then replaced.`,
    rivals: rivals(writing(inFlight)),
  }),
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `get 1 KiB, ${inFlight} in flight`,
    about: `Whole objects among ${keysMax}; the SDK's stream is collected into one buffer.`,
    rivals: rivals(
      looking(inFlight, async (store, key) => {
        const { byteLength, [0]: first = 0 } = await store.get(key)
        return first === 0 ? 0 : byteLength
      }),
    ),
  }),
  defineSuite({
    ...common,
    ...shape(inFlight),
    name: `stat, ${inFlight} in flight`,
    about: `Facts of ${keysMax} objects in turn.`,
    rivals: rivals(looking(inFlight, async (store, key) => (await store.stat(key)) ?? 0)),
  }),
])

export default suites
