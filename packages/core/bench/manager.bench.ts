/**
 * What the manager costs: against key-value libraries in memory, against its own backend, and with
 * and without somebody who listens to its diagnostics.
 *
 * Fair or unfair: all serialize with JSON and none returns the caller's own object. The others keep
 * text; ours encodes to UTF-8 bytes, copies them in and out, makes version, time and content type
 * for each object, and first checks that JSON keeps the value exactly. keyv's serializer rewrites
 * each value to keep Buffer and BigInt; unstorage parses with `destr`, which guards prototypes.
 */
import { deepStrictEqual } from 'node:assert/strict'

import { defineSuite, type Rival, versionOf } from '@aos-tooling/bench'
import {
  collectStatistics,
  MemoryStorageBackend,
  operationChannels,
  type Logger,
  StorageManager,
  tracedOperations,
} from '@aos-storage/core'
import { Keyv } from 'keyv'
import { createStorage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'

const keysMax = 1024
const operationsPerBatch = 500

/** A document of 1,024 bytes as JSON, shaped like what services keep: nested, mostly text. */
const document = documentOf1KiB()

function documentOf1KiB(): object {
  const messages = Array.from({ length: 6 }, (_, index) => ({
    id: index,
    role: index % 2 === 0 ? 'ceo' : 'cfo',
    text: "What's the Q2 forecast? Revenue projection is $5M.",
    at: '2025-01-01T00:00:00.000Z',
    isRead: index < 4,
  }))
  const bare = { id: 'conversation_001', participants: ['ceo', 'cfo'], messages, weight: 0.75 }
  const rest = 1024 - JSON.stringify({ ...bare, note: '' }).length
  return { ...bare, note: 'n'.repeat(rest) }
}

/** Keys of 20 bytes, met in turn: overwritten after the first round through them. */
const keys = Array.from(
  { length: keysMax },
  (_, n) => `conversations/c${String(n).padStart(5, '0')}`,
)

const keyOf = (operation: number): string => keys[operation % keysMax] as string

/** A store of values by key, as each rival has it. */
interface Values {
  save(key: string, value: object): Promise<unknown>
  load(key: string): Promise<unknown>
  close?(): Promise<unknown> | undefined
}

type Work = 'save and load' | 'save' | 'load'

/**
 * A rival that saves, loads or both, over all keys; checks once that nothing is lost on the way.
 */
function rival(name: string, work: Work, open: () => Promise<Values>, version?: string): Rival {
  return {
    name,
    version,
    async setup() {
      const store = await open()
      for (const key of keys) await store.save(key, document)
      const loaded = await store.load(keyOf(7))
      deepStrictEqual(loaded, document)
      if (loaded === document) throw new Error(`${name} gave the caller's own object back`)
      return {
        async run({ index, operations }) {
          const first = index * operations
          let found = 0
          for (let operation = first; operation < first + operations; operation += 1) {
            const key = keyOf(operation)
            if (work !== 'load') await store.save(key, document)
            if (work === 'save' || (await store.load(key)) !== undefined) found += 1
          }
          if (found !== operations) throw new Error(`${name} lost a key`)
        },
        teardown: async () => void (await store.close?.()),
      }
    },
  }
}

const ours = async (): Promise<Values> => StorageManager.open('memory')

const unstorage = async (): Promise<Values> => {
  const storage = createStorage({ driver: memoryDriver() })
  return {
    save: (key, value) => storage.setItem(key, value),
    load: (key) => storage.getItem(key),
    close: () => storage.dispose(),
  }
}

const keyv = async (): Promise<Values> => {
  const store = new Keyv()
  return { save: (key, value) => store.set(key, value), load: (key) => store.get(key) }
}

/** The bare backend with the least that a program must add: JSON there and back. */
const backendWithJson = async (): Promise<Values> => {
  const backend = new MemoryStorageBackend()
  const decoder = new TextDecoder()
  return {
    save: (key, value) =>
      backend.write(key, Buffer.from(JSON.stringify(value)), { contentType: 'application/json' }),
    async load(key) {
      const { body } = await backend.read(key)
      return JSON.parse(decoder.decode(body as Uint8Array)) as unknown
    },
    close: () => backend.close(),
  }
}

const againstLibraries = (['save and load', 'save', 'load'] as const).map((work) =>
  defineSuite({
    name: `${work} 1 KiB of JSON in memory`,
    about:
      `Each operation is one \`${work}\` of a nested document of 1,024 bytes of JSON among ` +
      `${keysMax} keys, one at a time. The others keep text, ours keeps bytes with version, time ` +
      'and content type, and checks that JSON keeps the value exactly.',
    ours: 'StorageManager',
    operationsPerBatch,
    warmupBatches: 20,
    // The promise is the pair; each half is shown to tell where the time goes.
    promises:
      work === 'save and load'
        ? [
            { against: 'unstorage', atLeast: 1 },
            { against: 'keyv', atLeast: 1 },
          ]
        : [],
    rivals: [
      rival('StorageManager', work, ours, 'memory backend'),
      rival('unstorage', work, unstorage, versionOf('unstorage', import.meta.url)),
      rival('keyv', work, keyv, versionOf('keyv', import.meta.url)),
    ],
  }),
)

const overBackend = defineSuite({
  name: 'manager over the bare memory backend',
  about:
    'Save and load of the same document through the manager, and through MemoryStorageBackend ' +
    'with JSON.stringify and JSON.parse around it: the difference is keys and options checked, ' +
    'the check that JSON is exact, and errors with their place.',
  ours: 'StorageManager',
  operationsPerBatch,
  warmupBatches: 20,
  rivals: [
    rival('StorageManager', 'save and load', ours),
    rival('MemoryStorageBackend and JSON', 'save and load', backendWithJson),
  ],
})

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

const listening = defineSuite({
  name: 'diagnostics: nobody listens',
  about:
    'Save and load through the manager when nobody listens, when statistics are collected, and ' +
    'with a logger that drops its lines. The last row is the look at a boolean alone, 1,000 ' +
    'times an operation: what an operation pays, twice in save and load, while nobody listens.',
  ours: 'nobody listens',
  operationsPerBatch,
  warmupBatches: 20,
  rivals: [
    rival('nobody listens', 'save and load', ours),
    rival('statistics collected', 'save and load', async () => {
      const statistics = collectStatistics()
      const manager = await ours()
      return {
        save: (key, value) => manager.save(key, value),
        load: (key) => manager.load(key),
        async close() {
          if (statistics.snapshot().series.length === 0) throw new Error('nothing was counted')
          statistics.stop()
          await manager.close?.()
        },
      }
    }),
    rival('silent logger', 'save and load', () =>
      StorageManager.open('memory', { logger: silent }),
    ),
    {
      name: 'nobody listens, look alone (1,000)',
      setup: () => ({
        run({ operations }) {
          let heard = 0
          for (let look = 0; look < operations * 1000; look += 1) {
            // Another channel each time, so that the engine cannot look once for all.
            const operation = tracedOperations[look % tracedOperations.length] as 'read'
            if (operationChannels[operation].hasSubscribers) heard += 1
          }
          if (heard > 0) throw new Error('somebody listens')
        },
      }),
    },
  ],
})

export default [...againstLibraries, overBackend, listening]
