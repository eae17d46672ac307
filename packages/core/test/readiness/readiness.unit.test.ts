import { describe, expect, it } from 'vitest'
import { aroundCalls, defineLayer, tellState } from '../../src/backend-kit.ts'
import {
  applyLayers,
  type Layer,
  type LayerState,
  MemoryStorageBackend,
  prefix,
  type StorageBackend,
  StorageError,
  StorageManager,
} from '../../src/index.ts'
import { faults, virtualClock } from '../../src/testing/index.ts'

/** A layer that says how it feels, and turns to others. */
function saying(
  name: string,
  state: LayerState | undefined,
  others: Readonly<Record<string, StorageBackend>> = {},
): Layer {
  return defineLayer({
    name,
    wrap(inner) {
      const outer = aroundCalls(inner, (_call, run) => run())
      tellState(outer, { ...(state === undefined ? {} : { state: () => state }), others })
      return outer
    },
  })
}

const fine = { ok: true, message: 'fine', details: { calls: 3 } }
const full = { ok: false, message: 'full; delete some', details: { bytes: 9 } }

function sick(message: string = 'no disk'): StorageBackend {
  const backend = new MemoryStorageBackend()
  backend.health = async () => ({ ok: false, latencyMs: 1, message, details: { path: '/data' } })
  return backend
}

describe('readiness', () => {
  it('of a store without layers is its health, asked once', async () => {
    const backend = new MemoryStorageBackend()
    const health = backend.health.bind(backend)
    let asked = 0
    backend.health = (options) => {
      asked++
      return health(options)
    }
    const { ready, status, checks } = await new StorageManager(backend).readiness()
    expect([ready, status, asked]).toEqual([true, 'ready', 1])
    expect(checks).toMatchObject([{ name: 'memory', kind: 'store', ok: true }])
    expect(checks[0]!.latencyMs).toBeGreaterThanOrEqual(0)
  })

  it('tells layers, their state, and all backends, those in others too', async () => {
    const spare = applyLayers(new MemoryStorageBackend(), [saying('inner', fine)])
    const layers = [saying('silent', undefined), saying('outer', fine, { spare })]
    const store = new StorageManager(new MemoryStorageBackend(), { layers })
    const { status, checks } = await store.readiness()
    expect(status).toBe('ready')
    expect(checks.map(({ name, kind }) => [name, kind])).toEqual([
      ['memory', 'store'],
      ['outer', 'layer'],
      ['spare/inner', 'layer'],
      ['spare/memory', 'backend'],
      ['memory', 'backend'],
    ])
    expect(checks[1]).toEqual({ name: 'outer', kind: 'layer', ...fine })
  })

  it('is degraded by a layer or a spare store that is not well, and ready to serve', async () => {
    const layers = [saying('quota', full, { spare: sick() })]
    const report = await new StorageManager(new MemoryStorageBackend(), { layers }).readiness()
    expect(report).toMatchObject({ ready: true, status: 'degraded' })
    expect(report.checks.filter(({ ok }) => !ok)).toMatchObject([
      { name: 'quota', message: 'full; delete some', details: { bytes: 9 } },
      { name: 'spare/memory', message: 'no disk' },
    ])
    // The first choice fails, and what is around it serves.
    const serving = defineLayer({
      name: 'fallback',
      wrap(inner) {
        const outer = aroundCalls(inner, (_call, run) => run())
        outer.health = async () => ({ ok: true, latencyMs: 0, message: 'served', details: {} })
        return outer
      },
    })
    const fallen = await new StorageManager(sick(), { layers: [serving] }).readiness()
    expect(fallen).toMatchObject({ ready: true, status: 'degraded' })
  })

  it('is down when what callers meet is not well, or throws, or the store was closed', async () => {
    const store = new StorageManager(sick(), { layers: [saying('a', fine)] })
    expect(await store.readiness()).toMatchObject({ ready: false, status: 'down' })
    const backend = new MemoryStorageBackend()
    const throwing = new StorageManager(backend)
    backend.health = async () => {
      throw new StorageError('UNAUTHENTICATED', 'renew the token')
    }
    const { checks } = await throwing.readiness()
    expect(checks[0]).toMatchObject({ ok: false, message: 'UNAUTHENTICATED: renew the token' })
    const closed = new StorageManager(new MemoryStorageBackend())
    await closed.close()
    expect(await closed.readiness()).toMatchObject({ ready: false, status: 'down' })
  })

  it('gives each check so much time, at once, and ends what is late', async () => {
    const clock = virtualClock()
    const signals: AbortSignal[] = []
    const hanging = (): StorageBackend => {
      const backend = new MemoryStorageBackend()
      backend.health = (options) => {
        signals.push(options!.signal!)
        return new Promise(() => undefined)
      }
      return backend
    }
    const layers = [saying('a', fine, { b: hanging(), c: hanging() })]
    const store = new StorageManager(hanging(), { layers, clock })
    const asking = store.readiness({ timeoutMs: 700 })
    await clock.advance(699)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false, false])
    await clock.advance(1)
    const { status, checks } = await asking
    expect(status).toBe('down')
    expect(checks.filter(({ ok }) => !ok)).toHaveLength(4)
    expect(checks[0]).toMatchObject({ message: 'It did not answer within 700 ms', latencyMs: 700 })
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    expect(clock.sleepers).toBe(0)
  })

  it('ends with its signal, and leaves no timer', async () => {
    const clock = virtualClock()
    const injector = faults({ clock })
    injector.add({ operation: 'health', fault: { kind: 'hang' } })
    const store = new StorageManager(new MemoryStorageBackend(), { layers: [injector], clock })
    const ending = new AbortController()
    const asking = store.readiness({ signal: ending.signal })
    ending.abort()
    await expect(asking).rejects.toMatchObject({ code: 'ABORTED' })
    await clock.advance(0)
    expect(clock.sleepers).toBe(0)
    await expect(store.readiness({ timeoutMs: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await expect(store.readiness({ timeout: 1 } as never)).rejects.toThrow('timeoutMs')
  })

  it('in a prefix view tells nothing of the outside but whether it is well', async () => {
    const layers = [saying('quota', full, { spare: sick('outside/secret') })]
    const store = new StorageManager(sick('outside/secret'), { layers })
    const view = store.within('tenant')
    const report = await view.readiness()
    expect(report).toMatchObject({ ready: false, status: 'down' })
    expect(report.checks.map(({ name, kind, details }) => [name, kind, details])).toEqual([
      ['memory', 'store', {}],
      ['memory', 'backend', {}],
    ])
    expect(JSON.stringify(report)).not.toMatch(/secret|quota|spare|delete some/)
    const inner = [saying('own', fine), prefix('a')]
    const own = await new StorageManager(new MemoryStorageBackend(), { layers: inner }).readiness()
    expect(own.checks.map(({ name }) => name)).toEqual(['memory', 'own', 'memory'])
  })
})
