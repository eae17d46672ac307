/** "The code" of the Migration screen runs as it is, and does what the server does. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { rulesOf } from '../../src/screens/migration/server/moving.ts'
import { makeSample } from '../../src/screens/migration/server/sample-set.ts'
import type { MigrationPlan } from '../../src/screens/migration/server/wire.ts'
import {
  forgetText,
  jobText,
  migrationText,
  removeStoreText,
  sampleText,
} from '../../src/screens/migration/web/code.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'
import { contentOf, toCopy } from './open-migrations.ts'

// Programs of their own: a busy machine takes ten times as long.
vi.setConfig({ testTimeout: 120_000 })

const everything: MigrationPlan = {
  ...{
    ...toCopy,
    include: ["no*es/**/it's*", 'notes/**', 'records/**'],
    exclude: ['records/03/*'],
  },
  ...{ mapFrom: '', mapTo: 'all/', existing: 'update', compare: 'digest', deleteSource: true },
  ...{ concurrency: 4, requestsPerSecond: 500, faultPercent: 20 },
}

let runner: CodeRunner
let folder: string

beforeAll(async () => {
  runner = await openCodeRunner()
})
afterAll(() => runner.remove())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aos it's "))
  await mkdir(join(folder, 'runs'))
  const sample = new FileStorageBackend({ basePath: join(folder, 'sample') })
  await makeSample({ objects: 20, bytes: 50 }, sample, new AbortController().signal, () => {})
  await sample.close()
  return () => rm(folder, { recursive: true, force: true })
})

async function keysOf(...path: readonly string[]): Promise<readonly string[]> {
  const backend = new FileStorageBackend({ basePath: join(folder, ...path) })
  try {
    return [...(await contentOf(backend)).keys()]
  } finally {
    await backend.close()
  }
}

async function failedKeys(journal: string): Promise<ReadonlySet<string>> {
  const lines = (await readFile(journal, 'utf8')).split('\n').filter((line) => line !== '')
  const entries = lines.map((line) => JSON.parse(line) as { did?: string; key?: string })
  return new Set(entries.flatMap(({ did, key }) => (did === 'failed' ? [key!] : [])))
}

describe('the code of the Migration screen', () => {
  it('previews, migrates, and goes on with the journal of a record', async () => {
    const preview = migrationText('', toCopy, { folder, isPreview: true }).code
    expect(await runner.run(preview)).toContain('complete 20 0 0')
    const { code } = migrationText('', toCopy, { folder, id: 'some' })
    expect(code).not.toContain('existing')
    expect(await runner.run(code)).toContain('complete 20 0 0')
    expect(await keysOf('stores/copy')).toEqual(await keysOf('sample'))
    expect(await runner.run(code)).toContain('complete 0 20 0')
  })

  it('runs with all options, layers and faults', async () => {
    const { code } = migrationText('', everything, { folder, id: 'some' })
    expect(await runner.run(code)).toMatch(/complete \d+ 0 \d+/)
    const copies = await keysOf('stores/copy')
    expect(copies.length).toBeGreaterThan(5)
    expect(copies.filter((key) => !/^all\/(notes|records)\//.test(key))).toEqual([])
    const left = new Set(await keysOf('sample'))
    const stayed = copies.filter((key) => left.has(key.slice('all/'.length)))
    // A fault may refuse a delete as often as it is tried: then it is told as failed.
    const failed = await failedKeys(join(folder, 'runs/some.journal'))
    expect(stayed.map((key) => key.slice('all/'.length)).filter((key) => !failed.has(key))).toEqual(
      [],
    )
    expect(stayed.length).toBeLessThan(copies.length)
  })

  it('goes between the objects of the playground and memory', async () => {
    const plan: MigrationPlan = { ...toCopy, from: { kind: 'playground' }, to: { kind: 'memory' } }
    const shown = { ...plan, requestsPerSecond: 100, faultPercent: 1 }
    expect(await runner.run(migrationText('', plan, { folder }).code)).toContain('complete 0 0 0')
    const slow = migrationText('', shown, { folder: `${folder}/b`, id: 'x' }).code
    await mkdir(join(folder, 'b/runs'), { recursive: true })
    expect(await runner.run(slow)).toContain('complete 0 0 0')
  })

  it('makes the faults that the server makes', () => {
    const { code } = migrationText('', { ...toCopy, faultPercent: 7 }, { folder })
    const rules = /rules: (\[.*?\n {8}\])/s.exec(code)![1]!
    // Of another realm: compared as they are written.
    const made = runInNewContext(`JSON.stringify(${rules})`) as string
    expect(JSON.parse(made)).toEqual(JSON.parse(JSON.stringify(rulesOf(7))))
  })

  it('holds a job, makes samples, and deletes', async () => {
    expect(await runner.run(jobText('', 'pause').code)).toBe('true\n')
    expect(await runner.run(jobText('', 'resume').code)).toBe('')
    expect(await runner.run(jobText('', 'abort').code)).toContain('was stopped')
    await runner.run(removeStoreText({ kind: 'sample' }, folder).code)
    await runner.run(removeStoreText({ kind: 'memory' }, folder).code)
    await runner.run(sampleText({ objects: 3, bytes: 5 }, folder).code)
    expect(await keysOf('sample')).toHaveLength(3)
    await runner.run(forgetText('some', folder).code)
  })
})
