/**
 * Retries and timeouts over a store that fails in every way, compared with what the store then
 * holds: what was acknowledged is there, what was refused is not, and nothing false is told.
 */
import assert from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  isStorageError,
  MemoryStorageBackend,
  rateLimit,
  retry,
  type StorageBackend,
  StorageError,
  timeout,
  type WriteBody,
} from '../../src/index.ts'
import {
  type FaultInjector,
  type FaultRule,
  faults,
  type SeededRandom,
  seededRandom,
  virtualClock,
} from '../../src/testing/index.ts'
import { versionedBody, versionOf } from '../../src/testing/versioned-body.ts'
import { collected } from './support/bodies.ts'

const type = { contentType: 'a/b' }
const clientCount = 4
const operationsEach = 200
const once = { ifNoneMatch: '*' } as const

function rulesOf(random: SeededRandom): FaultRule[] {
  const probability = 0.02 + random.next() * 0.06
  const retryAfter = new StorageError('RATE_LIMITED', 'busy', { retryAfterMs: 300 })
  const errors = ['UNAVAILABLE', 'TIMEOUT', 'CONFLICT', 'LOCKED', 'PERMISSION_DENIED'] as const
  return [
    ...errors.map((error): FaultRule => ({ probability, fault: { kind: 'error', error } })),
    { probability, fault: { kind: 'error', error: retryAfter } },
    { probability: probability * 3, fault: { kind: 'lost-answer' } },
    { probability, fault: { kind: 'lost-answer', error: 'TIMEOUT' } },
    { probability, fault: { kind: 'hang' } },
    { probability, fault: { kind: 'latency', delayMs: 600, jitterMs: 800 } },
    {
      operation: 'read',
      probability: 0.2,
      fault: { kind: 'short-read', afterBytes: random.integer(40_000) },
    },
    { operation: 'read', probability: 0.1, fault: { kind: 'silent-end', afterBytes: 9 } },
    { operation: 'write', probability: 0.05, fault: { kind: 'torn-write', afterBytes: 5 } },
  ].map((rule) => rule as FaultRule)
}

/** One store under test, and the truth beneath it. */
function worldOf(seed: number) {
  const random = seededRandom(seed)
  const clock = virtualClock()
  const inner = new MemoryStorageBackend({ clock, random })
  const injector = faults({ seed, clock, rules: rulesOf(random) })
  const backend = applyLayers(inner, [
    retry({ clock, random, attemptsMax: 5, budgetTokens: random.pick([60, 500, 1_000_000]) }),
    rateLimit({ operationsPerSecond: 5000, waitMsMax: 50, queueMax: 100, clock }),
    timeout({ attemptMs: 1000, clock }),
    injector,
  ])
  return { random, clock, inner, injector, backend }
}

/** The failures after which it is certain that nothing was done. */
function isDefinite(error: StorageError): boolean {
  if (/outcome is open/.test(error.message)) return false
  return !isStorageError(error, 'UNAVAILABLE', 'TIMEOUT', 'ABORTED')
}

function isLostCode(error: unknown): boolean {
  return error === 'UNAVAILABLE' || error === 'TIMEOUT'
}

interface Truth {
  readonly version: number
  readonly etag: string
}

/** One client of the store, alone on its keys. */
class Client {
  readonly #name: string
  readonly #backend: StorageBackend
  readonly #inner: StorageBackend
  readonly #random: SeededRandom
  readonly #injector: FaultInjector
  #version = 0
  readonly acknowledged = { done: 0, failed: 0 }

  constructor(name: string, world: ReturnType<typeof worldOf>) {
    this.#name = name
    this.#backend = world.backend
    this.#inner = world.inner
    this.#random = world.random
    this.#injector = world.injector
  }

  async run(): Promise<void> {
    for (let at = 0; at < operationsEach; at++) await this.#step()
  }

  async #step(): Promise<void> {
    const random = this.#random
    const key = this.#key()
    const kind = random.integer(10)
    if (kind < 2) return this.#write(key, undefined, random.next() < 0.3)
    if (kind < 4) return this.#write(key, await this.#condition(key), random.next() < 0.3)
    if (kind < 6) return this.#read(key)
    if (kind === 6) return this.#delete(key)
    if (kind === 7) return this.#copy(key, this.#key())
    if (kind === 8) return this.#deleteMany()
    return this.#list()
  }

  #key(): string {
    return `${this.#name}/${this.#random.integer(4)}`
  }

  async #truth(key: string): Promise<Truth | undefined> {
    try {
      const opened = await this.#inner.read(key)
      return { version: versionOf(await collected(opened)), etag: opened.info.etag }
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** A condition, which holds or does not. */
  async #condition(key: string): Promise<{ ifNoneMatch?: '*'; ifMatch?: string }> {
    if (this.#random.next() < 0.5) return once
    const etag = (await this.#truth(key))?.etag
    return { ifMatch: etag === undefined || this.#random.next() < 0.3 ? 'other' : etag }
  }

  /** What the call gave, or the StorageError that it failed with. */
  async #outcome<T>(call: Promise<T>): Promise<{ value: T } | { error: StorageError }> {
    try {
      const value = await call
      this.acknowledged.done++
      return { value }
    } catch (error) {
      if (!isStorageError(error)) throw error
      this.acknowledged.failed++
      return { error }
    }
  }

  async #write(
    key: string,
    condition: { ifNoneMatch?: '*'; ifMatch?: string } = {},
    isStream = false,
  ): Promise<void> {
    const before = await this.#truth(key)
    const version = ++this.#version
    const bytes = versionedBody(version, 8 + this.#random.integer(60_000))
    const body: WriteBody = isStream ? piecesOf(bytes) : bytes
    const doing = `write(${key}, ${JSON.stringify(condition)}) of version ${version}`
    const outcome = await this.#outcome(this.#backend.write(key, body, { ...type, ...condition }))
    const after = await this.#truth(key)
    const holds =
      condition.ifNoneMatch === '*'
        ? before === undefined
        : condition.ifMatch === undefined || condition.ifMatch === before?.etag
    if ('value' in outcome) {
      assert.equal(holds, true, `condition of the acknowledged ${doing}`)
      assert.deepEqual(after, { version, etag: outcome.value.etag }, doing)
      return
    }
    const { error } = outcome
    if (isStorageError(error, 'ALREADY_EXISTS', 'PRECONDITION_FAILED')) {
      assert.equal(holds, false, `false ${error.code} of ${doing}`)
    }
    this.#expectTold(error, before, after, holds ? version : undefined, doing)
  }

  /** A failed change left the old object, or, where that was not denied, the new one. */
  #expectTold(
    error: StorageError,
    before: Truth | undefined,
    after: Truth | undefined,
    version: number | undefined,
    doing: string,
  ): void {
    const isUnchanged = after?.etag === before?.etag
    if (isDefinite(error) || version === undefined) {
      assert.equal(isUnchanged, true, `${doing} told ${error.code}: ${error.message}`)
    } else if (!isUnchanged) {
      assert.equal(after?.version, version, `${doing} left another version`)
    }
  }

  async #read(key: string): Promise<void> {
    const truth = await this.#truth(key)
    const outcome = await this.#outcome(this.#backend.read(key).then(collected))
    if ('value' in outcome) assert.equal(versionOf(outcome.value), truth?.version)
    else this.#expectReadError(outcome.error, truth)
  }

  #expectReadError(error: StorageError, truth: Truth | undefined): void {
    const { code } = error
    assert.doesNotMatch(error.message, /outcome is open/)
    if (code === 'NOT_FOUND') assert.equal(truth, undefined, 'read told NOT_FOUND')
    else assert.ok(error.retryable === 'exhausted' || code === 'PERMISSION_DENIED', error.message)
  }

  async #delete(key: string): Promise<void> {
    const before = await this.#truth(key)
    const isConditional = this.#random.next() < 0.5
    const ifMatch = isConditional ? (before?.etag ?? 'other') : undefined
    const struck = this.#injector.events.length
    const outcome = await this.#outcome(
      this.#backend.delete(key, ifMatch === undefined ? {} : { ifMatch }),
    )
    const after = await this.#truth(key)
    if ('value' in outcome) {
      assert.equal(after, undefined, `delete(${key})`)
      const events = this.#injector.events.slice(struck)
      // Of these nobody outside can know whether it was done.
      const isLost = events.some(({ fault }) => !('error' in fault) || isLostCode(fault.error))
      if (!isLost) assert.equal(outcome.value, before !== undefined, `delete(${key})`)
      if (before !== undefined) assert.equal(outcome.value, true, `delete(${key})`)
      return
    }
    const { error } = outcome
    if (error.code === 'PRECONDITION_FAILED') assert.equal(before, undefined)
    if (isDefinite(error)) assert.equal(after?.etag, before?.etag)
  }

  async #copy(from: string, to: string): Promise<void> {
    const source = await this.#truth(from)
    const before = await this.#truth(to)
    const isCreate = this.#random.next() < 0.5
    const doing = `copy(${from}, ${to}${isCreate ? ', create' : ''})`
    const outcome = await this.#outcome(this.#backend.copy(from, to, isCreate ? once : {}))
    const after = await this.#truth(to)
    const holds = source !== undefined && !(isCreate && before !== undefined)
    if ('value' in outcome) {
      assert.equal(holds, true, doing)
      assert.deepEqual(after, { version: source!.version, etag: outcome.value.etag }, doing)
      return
    }
    const { error } = outcome
    if (isStorageError(error, 'ALREADY_EXISTS', 'NOT_FOUND')) assert.equal(holds, false, doing)
    this.#expectTold(error, before, after, holds ? source.version : undefined, doing)
  }

  async #deleteMany(): Promise<void> {
    const keys = this.#random.shuffle([0, 1, 2, 3]).map((at) => `${this.#name}/${at}`)
    const before = await Promise.all(keys.map((key) => this.#truth(key)))
    const outcome = await this.#outcome(this.#backend.deleteMany(keys))
    const after = await Promise.all(keys.map((key) => this.#truth(key)))
    if ('error' in outcome) {
      if (isDefinite(outcome.error)) assert.deepEqual(after, before)
      return
    }
    assert.deepEqual(
      outcome.value.map(({ key }) => key),
      keys,
    )
    outcome.value.forEach(({ deleted, error }, at) => {
      if (error !== undefined) return
      assert.equal(after[at], undefined)
      if (before[at] !== undefined) assert.equal(deleted, true)
    })
  }

  async #list(): Promise<void> {
    const prefix = `${this.#name}/`
    const truth = (await this.#inner.list({ prefix })).objects
    const outcome = await this.#outcome(this.#backend.list({ prefix }))
    if ('error' in outcome) return
    const told = outcome.value.objects.map(({ key, etag }) => [key, etag])
    assert.deepEqual(
      told,
      truth.map(({ key, etag }) => [key, etag]),
    )
  }
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 7000) yield bytes.subarray(at, at + 7000)
}

/** Turns the clock until the work is done. */
async function driven(world: ReturnType<typeof worldOf>, work: Promise<unknown>): Promise<void> {
  let isDone = false
  const done = work.finally(() => (isDone = true))
  done.catch(() => undefined)
  while (!isDone) await world.clock.runUntilIdle()
  await done
}

describe('retry and timeout over a store that fails in every way', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('never tell what is not so: seed %i', async (seed) => {
    const world = worldOf(seed)
    const clients = Array.from(
      { length: clientCount },
      (_, at) => new Client(`client-${at}`, world),
    )
    try {
      await driven(world, Promise.all(clients.map((client) => client.run())))
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}\n${world.injector.describe()}`, {
        cause: error,
      })
    }
    const done = clients.reduce((sum, { acknowledged }) => sum + acknowledged.done, 0)
    const kinds = new Set(world.injector.events.map(({ fault }) => fault.kind))
    expect(done).toBeGreaterThan((clientCount * operationsEach) / 5)
    expect([...kinds].sort()).toEqual([
      ...['error', 'hang', 'latency', 'lost-answer', 'short-read', 'silent-end', 'torn-write'],
    ])
  })

  it.each([11, 12, 13, 14])('count each acknowledged swap once: seed %i', async (seed) => {
    const world = worldOf(seed)
    const { backend, inner } = world
    await inner.write('counter', new TextEncoder().encode('0'), type)
    let acknowledged = 0
    let open = 0
    const add = async (): Promise<void> => {
      try {
        const opened = await backend.read('counter')
        const count = Number(new TextDecoder().decode(await collected(opened)))
        const ifMatch = opened.info.etag
        const body = new TextEncoder().encode(String(count + 1))
        await backend.write('counter', body, { ...type, ifMatch })
        acknowledged++
      } catch (error) {
        if (!isStorageError(error)) throw error
        if (!isDefinite(error)) open++
      }
    }
    const client = async (): Promise<void> => {
      for (let at = 0; at < 150; at++) await add()
    }
    await driven(world, Promise.all([client(), client(), client()]))
    const final = Number(new TextDecoder().decode(await collected(await inner.read('counter'))))
    expect(acknowledged).toBeGreaterThan(50)
    expect(final).toBeGreaterThanOrEqual(acknowledged)
    expect(final).toBeLessThanOrEqual(acknowledged + open)
  })
})
