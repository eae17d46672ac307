import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aroundCalls, defineLayer, StorageError } from '../../src/backend-kit.ts'
import {
  applyLayers,
  audit,
  type AuditEntry,
  type AuditLine,
  MemoryStorageBackend,
  readAuditLog,
  runAs,
  stackOf,
  type StorageBackend,
} from '../../src/index.ts'
import { encodeAuditEntries } from '../../src/layers/audit/entry.ts'
import { faults } from '../../src/testing/index.ts'
import { MemorySink } from './support/audit-sinks.ts'

const marker = 's3cr3t-m4rk3r'
const secret = (): Uint8Array => new TextEncoder().encode(`{"password":"${marker}"}`)
const key = fc.constantFrom('a', 'b', 'c/d')
const step = fc.record({
  kind: fc.constantFrom('write', 'stream', 'read', 'stat', 'delete', 'copy', 'list', 'deleteMany'),
  key,
  to: key,
  /** What happens to it. */
  fault: fc.constantFrom('none', 'none', 'none', 'refused', 'lost', 'thrown', 'sink'),
  ifMatch: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function* secretStream(): AsyncGenerator<Uint8Array> {
  yield secret()
}

function run(backend: StorageBackend, { kind, key, to, ifMatch }: Step): Promise<unknown> {
  const metadata = { token: marker }
  const options = { contentType: `text/x; p=${marker}`, metadata }
  const condition = ifMatch ? { ifMatch: marker } : {}
  switch (kind) {
    case 'write':
      return backend.write(key, secret(), { ...options, ...condition })
    case 'stream':
      return backend.write(key, secretStream(), { ...options, ...condition })
    case 'read':
      return backend.read(key, condition)
    case 'stat':
      return backend.stat(key, condition)
    case 'delete':
      return backend.delete(key, condition)
    case 'copy':
      return backend.copy(key, to, condition)
    case 'list':
      return backend.list({ prefix: key })
    default:
      return backend.deleteMany([key, to])
  }
}

/** What the store and the sink really saw. */
class World {
  readonly inner = new MemoryStorageBackend()
  readonly sink = new MemorySink()
  readonly injector = faults({ seed: 1 })
  readonly backend: StorageBackend
  isThrown = false

  constructor(failure: 'open' | 'closed') {
    const thrower = defineLayer({
      name: 'thrower',
      wrap: (inner) =>
        aroundCalls(inner, async (_, next) => {
          if (this.isThrown) throw new Error(marker)
          return next()
        }),
    })
    const layers = [audit({ sink: this.sink, failure }), thrower, this.injector]
    this.backend = applyLayers(this.inner, layers)
  }

  async step(step: Step): Promise<boolean> {
    const operation = step.kind === 'stream' ? 'write' : (step.kind as 'write')
    const error = new StorageError('UNAVAILABLE', marker, { cause: new Error(marker) })
    this.injector.clear()
    if (step.fault === 'refused') this.injector.failNext(operation, error)
    if (step.fault === 'lost') this.injector.loseNext(operation, error)
    this.isThrown = step.fault === 'thrown'
    this.sink.fault = step.fault === 'sink' ? new Error(marker) : undefined
    const done = await runAs({ actor: 'ceo', context: { requestId: 'r' } }, () =>
      run(this.backend, step).then(
        () => true,
        () => false,
      ),
    )
    this.injector.clear()
    return done
  }

  async contents(): Promise<string> {
    const { objects } = await this.inner.list()
    return JSON.stringify(objects.map(({ key, etag }) => [key, etag]))
  }
}

const changes = ['write', 'stream', 'delete', 'copy', 'deleteMany']

describe('an audit trail', () => {
  it('never holds a value, a metadata value, a condition or a message of an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.constantFrom('open' as const, 'closed' as const),
        async (steps, failure) => {
          const world = new World(failure)
          for (const each of steps) await world.step(each)
          const told = JSON.stringify([world.sink.entries, stackOf(world.backend)[0]!.state])
          expect(told).not.toContain(marker)
        },
      ),
    )
  })

  it('closed, knows of every change before it is made, and ends what it began', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const world = new World('closed')
        for (const each of steps) {
          const before = await world.contents()
          const begun = world.sink.entries.length
          const done = await world.step(each)
          const isChange = changes.includes(each.kind)
          if (each.fault === 'sink') {
            expect(done, 'a call that could not be recorded').toBe(false)
            expect(await world.contents()).toBe(before)
            continue
          }
          const fresh = world.sink.entries.slice(begun)
          const keys = each.kind === 'deleteMany' ? 2 : 1
          expect(fresh).toHaveLength(isChange ? 2 * keys : keys)
          const last = fresh.at(-1)!
          expect(last.outcome === 'success' || last.outcome === 'NOT_FOUND' || !done).toBe(true)
          expect(new Set(fresh.map(({ id }) => id)).size).toBe(1)
        }
      }),
    )
  })
})

const entries: fc.Arbitrary<AuditEntry> = fc.record({
  version: fc.constant(1 as const),
  id: fc.uuid(),
  at: fc.constant('2026-11-26T21:47:12.123Z'),
  actor: fc.string({ unit: 'binary', minLength: 1 }),
  action: fc.constant('write' as const),
  resource: fc.string({ unit: 'binary' }),
  outcome: fc.constantFrom('begun', 'success', 'NOT_FOUND'),
  backend: fc.constant('memory'),
  context: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>,
})

async function read(chunks: Uint8Array[]): Promise<AuditLine[]> {
  return Array.fromAsync(readAuditLog(chunks))
}

describe('an audit log', () => {
  it('gives back what was written, in whatever chunks it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entries), fc.integer({ min: 1, max: 50 }), async (list, size) => {
        const bytes = encodeAuditEntries(list)
        const chunks: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size))
        const lines = await read(chunks)
        expect(lines).toEqual(
          list.map((entry, at) => ({ line: at + 1, entry: JSON.parse(JSON.stringify(entry)) })),
        )
      }),
    )
  })

  it('cut anywhere, never takes a part of a line for an entry', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entries, { minLength: 1 }), fc.nat(), async (list, at) => {
        const bytes = encodeAuditEntries(list)
        const cut = bytes.slice(0, at % bytes.length)
        const lines = await read([cut, new TextEncoder().encode('\n'), bytes])
        const kept = lines.filter((line) => 'entry' in line)
        const torn = lines.length - kept.length
        // Without its line feed an entry is whole all the same.
        const whole = Buffer.from(cut).toString('latin1').split('\n')
        const isWhole = cut.length > 0 && bytes[cut.length] === 0x0a
        expect(kept.length).toBe(list.length + whole.length - 1 + (isWhole ? 1 : 0))
        expect(torn).toBe(isWhole || whole.at(-1) === '' ? 0 : 1)
      }),
    )
  })

  it('tells lines that are no entries of this version, and goes on', async () => {
    const text = '\n{}\n[]\nnull\n{"version":2}\n{"version":1}\n\xff\n'
    const long = Buffer.concat([Buffer.alloc(1024 ** 2 + 1, 0x20), Buffer.from('\n')])
    const lines = await read([Buffer.from(text, 'latin1'), long, Buffer.from('{"version":2}')])
    expect(lines).toEqual([
      { line: 2, fault: 'unknown-version' },
      { line: 3, fault: 'torn' },
      { line: 4, fault: 'torn' },
      { line: 5, fault: 'unknown-version' },
      { line: 6, fault: 'torn' },
      { line: 7, fault: 'torn' },
      { line: 8, fault: 'torn' },
      { line: 9, fault: 'unknown-version' },
    ])
  })
})
