/**
 * What it costs to be observed: an operation of the bare memory backend, and the same with one
 * thing more around it.
 *
 * The promise is less than 1 µs an operation, whatever the machine. So each suite has a rival that
 * is the bare backend and a wait of 1 µs by the same clock: ours must not be slower than that.
 */
import { defineSuite, type Rival, type Suite } from '@aos-tooling/bench'
import {
  applyLayers,
  collectStatistics,
  type Layer,
  log,
  type Logger,
  MemoryStorageBackend,
  metrics,
  type StorageBackend,
  systemClock,
} from '@aos-storage/core'
import { aroundCalls, defineLayer } from '@aos-storage/core/backend'

import { Calls, Lifecycle } from '../src/diagnostics/calls.ts'

const operationsPerBatch = 2000
const key = 'conversations/c00007'
const body = new Uint8Array(64).fill(7)

/** Does one operation; gives the bytes that it was about, so that nothing can be left out. */
type Operation = () => Promise<number>

interface Observed {
  readonly operation: Operation
  /** @throws when what should have been counted was not. */
  readonly teardown?: () => void
}

function rival(name: string, observe: (backend: MemoryStorageBackend) => Observed): Rival {
  return {
    name,
    async setup() {
      const backend = new MemoryStorageBackend()
      await backend.write(key, body, { contentType: 'application/octet-stream' })
      const { operation, teardown } = observe(backend)
      return {
        async run({ operations }) {
          let bytes = 0
          for (let done = 0; done < operations; done += 1) bytes += await operation()
          if (bytes !== operations * body.byteLength) throw new Error(`${name} lost bytes`)
        },
        async teardown() {
          teardown?.()
          await backend.close()
        },
      }
    },
  }
}

const readOf =
  (backend: StorageBackend): Operation =>
  async () =>
    (await backend.read(key)).end

const bare = rival('bare backend', (backend) => ({ operation: readOf(backend) }))

/** The most that an operation may pay. */
const bareAndWait = rival('bare backend and 1 µs', (backend) => {
  const read = readOf(backend)
  return {
    operation() {
      const untilMs = performance.now() + 0.001
      while (performance.now() < untilMs);
      return read()
    },
  }
})

function layered(name: string, layers: () => readonly Layer[], check?: () => void): Rival {
  return rival(name, (backend) => ({
    operation: readOf(applyLayers(backend, layers())),
    ...(check === undefined ? {} : { teardown: check }),
  }))
}

/** As the manager makes its calls. */
function called(name: string, logger?: Logger): Rival {
  return rival(name, (backend) => {
    const observation = { clock: systemClock, logger, areKeysTraced: false }
    const calls = new Calls(backend, new Lifecycle(), observation, 'storage manager')
    const place = { key }
    const read = readOf(backend)
    return { operation: () => calls.run('read', place, read) }
  })
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

const nothing = defineLayer({
  name: 'nothing',
  wrap: (inner) => aroundCalls(inner, (_call, run) => run()),
})

function suite(name: string, about: string, ours: Rival, ...others: Rival[]): Suite {
  return defineSuite({
    name,
    about: `Reads an object of 64 bytes in memory, one after the other. ${about}`,
    ours: ours.name,
    operationsPerBatch,
    warmupBatches: 30,
    measureMs: 300,
    promises: [{ against: bareAndWait.name, atLeast: 1 }],
    rivals: [ours, bare, bareAndWait, ...others],
  })
}

const collected = rival('statistics collected', (backend) => {
  const statistics = collectStatistics()
  const observation = { clock: systemClock, logger: undefined, areKeysTraced: false }
  const calls = new Calls(backend, new Lifecycle(), observation, 'storage manager')
  const place = { key }
  const read = readOf(backend)
  return {
    operation: () => calls.run('read', place, read),
    teardown() {
      if (statistics.snapshot().series.length === 0) throw new Error('nothing was counted')
      statistics.stop()
    },
  }
})

export default [
  suite(
    'observation: nobody listens',
    'The way of the manager to its backend, with tracing channels that nobody has subscribed to.',
    called('nobody listens'),
    collected,
    called('silent logger', silent),
  ),
  suite(
    'observation: a layer that does nothing',
    'What `aroundCalls` costs by itself: each layer around every call pays it.',
    layered('aroundCalls', () => [nothing]),
    layered('aroundCalls, 4 layers', () => [
      nothing,
      defineLayer({ ...parts(nothing), name: 'nothing-2' }),
      defineLayer({ ...parts(nothing), name: 'nothing-3' }),
      defineLayer({ ...parts(nothing), name: 'nothing-4' }),
    ]),
  ),
  suite(
    'observation: metrics',
    'The layer `metrics`, whose numbers are checked at the end.',
    measured(),
  ),
  suite(
    'observation: log',
    'The layer `log` with a logger that drops its lines, each of which is made.',
    layered('log', () => [log(silent)]),
    layered('log, with events', () => [log(silent, { events: true })]),
    layered('log, 1 % of successes', () => [log(silent, { sampling: 0.01 })]),
  ),
]

function measured(): Rival {
  const meter = metrics()
  return layered(
    'metrics',
    () => [meter],
    () => {
      if (meter.snapshot().total.bytesRead === 0) throw new Error('nothing was counted')
    },
  )
}

function parts(layer: Layer): { readonly wrap: Layer } {
  return { wrap: layer }
}
