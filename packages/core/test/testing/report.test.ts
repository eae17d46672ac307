import { describe, expect, test } from 'vitest'
import { MemoryStorageBackend, StorageError, type StorageBackend } from '../../src/index.ts'
import {
  type CaseOutcome,
  type ConformanceHarness,
  formatReport,
  registerConformance,
  runConformance,
} from '../../src/testing/index.ts'
import { withMethods } from './mutants/mutant.ts'

const memory: ConformanceHarness = {
  name: 'memory',
  open: async () => ({ backend: new MemoryStorageBackend() }),
}

/** Claims no condition, and refuses each: what an honest simple backend does. */
function plainBackend(): StorageBackend {
  const inner = new MemoryStorageBackend()
  const refuse = (options: object | undefined): void => {
    const { ifMatch, ifNoneMatch, sourceIfMatch } = (options ?? {}) as Record<string, unknown>
    if (ifMatch ?? ifNoneMatch ?? sourceIfMatch) throw new StorageError('UNSUPPORTED', 'no')
  }
  return withMethods(inner, () => ({
    capabilities: Object.freeze({
      ...inner.capabilities,
      conditionalWrite: 'none' as const,
      conditionalDelete: 'none' as const,
      conditionalCopy: 'none' as const,
      conditionalRead: false,
    }),
    read: async (key, options) => (refuse(options), inner.read(key, options)),
    write: async (key, body, options) => (refuse(options), inner.write(key, body, options)),
    stat: async (key, options) => (refuse(options), inner.stat(key, options)),
    delete: async (key, options) => (refuse(options), inner.delete(key, options)),
    copy: async (from, to, options) => (refuse(options), inner.copy(from, to, options)),
  }))
}

describe('runConformance', () => {
  test('tells each case as it ends, and stops at its signal', async () => {
    const seen: CaseOutcome[] = []
    const controller = new AbortController()
    const report = await runConformance(memory, {
      seed: 5,
      signal: controller.signal,
      onCase: (outcome) => {
        seen.push(outcome)
        if (seen.length === 3) controller.abort()
      },
    })
    expect(report.outcomes).toEqual(seen)
    expect(report.outcomes).toHaveLength(3)
    expect(report).toMatchObject({ harness: 'memory', seed: 5, counts: { passed: 3, failed: 0 } })
  })

  test('a backend that refuses what it does not claim passes as refused', async () => {
    const report = await runConformance(
      { name: 'plain', open: async () => ({ backend: plainBackend() }) },
      { filter: ({ group }) => ['condition', 'copy', 'delete', 'stat'].includes(group) },
    )
    expect(report.outcomes.filter(({ status }) => status === 'failed')).toEqual([])
    expect(report.counts.refused).toBe(5)
  })

  test('skips are told with their reason', async () => {
    const report = await runConformance(
      { ...memory, skip: { 'write/create': 'out of paper' } },
      { filter: ({ id }) => id === 'write/create' || id === 'persistence/reopen' },
    )
    expect(report.counts).toEqual({ passed: 0, refused: 0, skipped: 2, failed: 0 })
    const table = formatReport([report, report])
    expect(table).toContain('skipped write/create: out of paper')
    expect(table).toContain('skipped persistence/reopen: the harness has no reopen')
  })

  test('a backend that hangs fails at the time limit, and is left alone', async () => {
    const hanging: ConformanceHarness = {
      name: 'hanging',
      timeLimitMs: 50,
      open: async () => {
        const inner = new MemoryStorageBackend()
        return { backend: withMethods(inner, () => ({ read: () => new Promise(() => undefined) })) }
      },
    }
    const report = await runConformance(hanging, { filter: ({ id }) => id === 'write/create' })
    expect(report.outcomes[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('50 ms'),
    })
  })

  test('a case that finds nothing to prove is skipped, with what it found', async () => {
    const report = await runConformance(memory, { filter: ({ id }) => id === 'read/chunk-type' })
    expect(report.outcomes[0]).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('comes whole'),
    })
  })

  test('a failing cleanup neither hides the failure nor keeps the store', async () => {
    const broken = new Error('the write broke')
    for (const [write, expected] of [
      [{ write: () => Promise.reject(broken) }, 'the write broke\n  and cleanup failed: no close'],
      [{}, 'cleanup failed: no close'],
    ] as const) {
      let disposed = 0
      const harness: ConformanceHarness = {
        name: 'unclosable',
        open: async () => ({
          backend: withMethods(new MemoryStorageBackend(), () => ({
            ...write,
            close: () => Promise.reject(new Error('no close')),
          })),
          dispose: () => void disposed++,
        }),
      }
      const report = await runConformance(harness, { filter: ({ id }) => id === 'write/create' })
      expect(report.outcomes[0]).toMatchObject({ status: 'failed', reason: expected })
      expect(disposed).toBe(1)
    }
  })

  test('a cleanup that hangs does not keep the store', async () => {
    let disposed = 0
    const harness: ConformanceHarness = {
      name: 'hangs at close',
      timeLimitMs: 300,
      open: async () => ({
        backend: withMethods(new MemoryStorageBackend(), () => ({
          close: () => new Promise(() => undefined),
        })),
        dispose: () => void disposed++,
      }),
    }
    const report = await runConformance(harness, { filter: ({ id }) => id === 'write/create' })
    expect(report.outcomes[0]?.reason).toContain('cleanup failed: did not end within')
    expect(disposed).toBe(1)
  })

  test('a store that cannot be opened is a failure of its case', async () => {
    const closed: ConformanceHarness = {
      name: 'closed',
      open: async () => {
        throw new Error('no such server')
      },
    }
    const report = await runConformance(closed, { filter: ({ id }) => id === 'write/create' })
    expect(report.outcomes[0]).toMatchObject({ status: 'failed', reason: 'no such server' })
  })
})

test('registerConformance fits a runner of three functions, and prints one table', async () => {
  const tests: { name: string; body: (context: object) => Promise<void> }[] = []
  const tables: string[] = []
  let atEnd: (() => void) | undefined
  registerConformance(
    {
      describe: (_, body) => body(),
      it: (name, _, body) => tests.push({ name, body }),
      afterAll: (body) => (atEnd = body),
    },
    memory,
    { filter: ({ group }) => group === 'key', print: (table) => tables.push(table) },
  )
  const skipped: unknown[] = []
  for (const { body } of tests) await body({ skip: (reason: string) => skipped.push(reason) })
  atEnd?.()
  expect(skipped).toEqual(['not claimed', 'the harness has no putForeign'])
  expect(tables).toHaveLength(1)
  expect(tables[0]).toMatch(/key +8 +· +2 +·/)
})
