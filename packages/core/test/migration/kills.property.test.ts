/**
 * Killed at any call, as often as it likes, and gone on with: at the end all is there as it was,
 * and no object was written more than once, but for those that were on their way.
 *
 * A kill is played: at its call the journal is put aside as it stands, the stores answer nobody any
 * more, and the next run begins with what was put aside.
 */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  applyLayers,
  compareKeys,
  MemoryStorageBackend,
  migrate,
  type MigrateOptions,
  type StorageBackend,
} from '../../src/index.ts'
import { faults } from '../../src/testing/index.ts'
import { counted, fill, inventory, journalPath, masked } from './support/stores.ts'

interface Kill {
  readonly operation: 'read' | 'write' | 'list' | 'delete' | 'stat'
  readonly nth: number
  readonly point: 'before' | 'after'
  /** Bytes of the journal that are lost with it, as by a power cut. */
  readonly lostBytes: number
}

const kill: fc.Arbitrary<Kill> = fc.record({
  operation: fc.constantFrom('read', 'write', 'write', 'list', 'delete', 'stat'),
  nth: fc.integer({ min: 1, max: 25 }),
  point: fc.constantFrom('before', 'after'),
  lostBytes: fc.constantFrom(0, 0, 0, 1, 60, 500),
})
const segment = fc.constantFrom('a', 'b', 'Z', 'é', '😀', 'a.json', '0')
const keys = fc.uniqueArray(
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  { minLength: 0, maxLength: 60 },
)

/** Runs until the kill, or to the end. True when it came to its end. */
async function runUntil(
  ends: { readonly source: StorageBackend; readonly destination: StorageBackend },
  options: MigrateOptions & { readonly journal: string },
  { operation, nth, point, lostBytes }: Kill,
): Promise<boolean> {
  const ending = new AbortController()
  const aside = `${options.journal}.aside`
  const injector = faults({
    onCrash: () => {
      if (existsSync(options.journal)) copyFileSync(options.journal, aside)
      else writeFileSync(aside, '')
      injector.clear()
      injector.add({ fault: { kind: 'hang' } })
      ending.abort()
    },
  })
  injector.at(nth, operation, { kind: 'crash', point })
  const source = masked(applyLayers(ends.source, [injector]))
  const destination = masked(applyLayers(ends.destination, [injector]))
  try {
    await migrate(source, destination, { ...options, signal: ending.signal }).done
    return true
  } catch (error) {
    if (!ending.signal.aborted) throw error
    const bytes = readFileSync(aside)
    writeFileSync(options.journal, bytes.subarray(0, Math.max(0, bytes.length - lostBytes)))
    return false
  }
}

/** Of its segments: another order of keys, and no two the same. */
const backwards = (key: string): string => key.split('/').toReversed().join('/')

it.each<[string, MigrateOptions]>([
  ['copies', {}],
  ['copies by a mapping without order', { mapKeys: backwards }],
  ['moves', { deleteSource: 'verified' }],
])('%s, killed at any call', { timeout: 120_000 }, async (_name, options) => {
  const journal = await journalPath()
  let cases = 0
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.array(kill, { maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      async (names, kills, concurrency) => {
        const source = new MemoryStorageBackend()
        for (const [at, key] of names.entries()) await fill(source, key, at + 1)
        const expected = await inventory(source)
        const inner = new MemoryStorageBackend()
        const writes = counted()
        const destination = applyLayers(inner, [writes.layer])
        const ends = { source, destination: masked(destination) }
        const path = `${journal}-${cases++}`
        const all = { ...options, concurrency, journal: path }
        let isDone = false
        for (const each of kills) {
          if (!isDone) isDone = await runUntil({ ...ends, source: masked(source) }, all, each)
        }
        const report = isDone
          ? undefined
          : await migrate(masked(source), ends.destination, all).done
        expect(report?.failures ?? []).toEqual([])
        const found = await inventory(inner)
        const map = typeof options.mapKeys === 'function' ? options.mapKeys : (key: string) => key
        const mapped = [...expected].map(([key, facts]) => [map(key), facts] as const)
        expect([...found]).toEqual(mapped.sort(([a], [b]) => compareKeys(a, b)))
        for (const [call, count] of writes.calls) {
          if (call.startsWith('write ')) expect([call, count]).toEqual([call, 1])
        }
        const left = (await inventory(source)).size
        expect(left).toBe(options.deleteSource === undefined ? names.length : 0)
      },
    ),
    { numRuns: 60 },
  )
})
