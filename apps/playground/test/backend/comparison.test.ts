/** Backends side by side: what stands in the rows, and where the columns come from. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { MemoryStorageBackend } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import backend from '../../src/screens/backend/server/index.ts'
import { companionsOf } from '../../src/screens/backend/server/companions.ts'
import { Opening } from '../../src/screens/backend/server/opening.ts'
import { makeRunPlace, runContainer } from '../../src/screens/backend/server/run-place.ts'
import type {
  Column,
  Comparison,
  ConformanceRun,
  ConformanceTarget,
  RunOutcome,
} from '../../src/screens/backend/server/wire.ts'
import {
  claimGroups,
  resultRows,
  runText,
  shownRuns,
} from '../../src/screens/backend/web/compare/comparison-rows.ts'
import { s3AccountOf, s3OptionsOf } from '../../src/server/s3-account.ts'
import { openTestApp, type TestApp } from './open-app.ts'

const { capabilities } = new MemoryStorageBackend()

function column(target: ConformanceTarget, more: Partial<Column> = {}): Column {
  return { target, isOwn: false, isGiven: false, state: 'open', capabilities, ...more }
}

function run(target: ConformanceTarget, outcomes: readonly RunOutcome['status'][]): ConformanceRun {
  const cases = ['a/1', 'a/2', 'b/1'].map((id) => ({ id, group: id[0]!, title: id }))
  return {
    ...{ id: target, target, durability: 'fsync', seed: 1, startedAt: 0, cases },
    status: outcomes.length === cases.length ? 'ended' : 'running',
    outcomes: outcomes.map((status, at) => ({ id: cases[at]!.id, status, durationMs: 1 })),
  }
}

describe('the rows of the comparison', () => {
  it('are of all capabilities, and marked where what is known differs', () => {
    const columns = [
      column('memory'),
      column('file', { capabilities: { ...capabilities, conditionalWrite: 'host' } }),
      column('s3', { capabilities: null }),
    ]
    const rows = claimGroups(columns).flatMap((group) => group.rows)
    expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(capabilities).toSorted())
    expect(rows.filter(({ differs }) => differs).map(({ name }) => name)).toEqual([
      'conditionalWrite',
    ])
    const [row] = rows
    expect(row).toMatchObject({
      question: 'Is a conditional write safe between processes?',
      cells: [{ raw: "'process'" }, { raw: "'host'" }, undefined],
    })
  })

  it('tell of each group what came of it, and differ only in what has ended', () => {
    const groups = [
      { name: 'a', cases: 2 },
      { name: 'b', cases: 1 },
    ]
    const columns = [column('memory'), column('file'), column('azure')]
    const runs = [run('memory', ['passed', 'refused', 'passed']), run('file', ['passed'])]
    const rows = resultRows(columns, groups, shownRuns({ runs }, null))
    expect(rows.map(({ group, differs }) => [group, differs])).toEqual([
      ['a', false],
      ['b', false],
    ])
    expect(rows[0]!.cells).toMatchObject([
      { counts: { passed: 1, refused: 1 }, left: 0 },
      { counts: { passed: 1, refused: 0 }, left: 1 },
      undefined,
    ])
    // The one that is under way takes the place of the one before.
    const current = run('file', ['passed', 'passed', 'passed'])
    const ended = resultRows(columns, groups, shownRuns({ runs }, current))
    expect(ended.map(({ differs }) => differs)).toEqual([true, false])
  })

  it('tell of a run how far it is, or how it ended', () => {
    expect(runText(run('file', []))).toBe('0 of 3 cases: no case yet')
    expect(runText(run('file', ['passed', 'failed', 'passed']))).toBe('2 passed, 1 failed')
    const cancelled = { ...run('file', ['passed']), status: 'cancelled' } as const
    expect(runText(cancelled)).toBe('cancelled after 1 cases: 1 passed')
  })
})

describe('what is opened when it is asked for', () => {
  it('is opened once for all, and again after a failure', async () => {
    let opened = 0
    let stopped = 0
    let isBad = true
    const opening = new Opening(async () => {
      opened += 1
      await Promise.resolve()
      if (isBad) throw new Error('not yet')
      return { stop: async () => void (stopped += 1) }
    })
    expect(opening.state).toBe('closed')
    const both = Promise.allSettled([opening.open(), opening.open()])
    expect(opening.state).toBe('opening')
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([opened, opening.state]).toEqual([1, 'closed'])
    isBad = false
    const [first, second] = await Promise.all([opening.open(), opening.open()])
    expect(first).toBe(second)
    expect([opened, opening.state]).toEqual([2, 'open'])
    await opening.close()
    expect([stopped, opening.state, opening.opened]).toEqual([1, 'closed', undefined])
    await expect(opening.open()).rejects.toThrow('closed')
    await opening.close()
    expect(stopped).toBe(1)
  })

  it('is stopped when it is closed meanwhile, and not opened after that', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let stopped = 0
    const opening = new Opening(async () => {
      await promise
      return { stop: async () => void (stopped += 1) }
    })
    const asked = opening.open()
    const closing = opening.close()
    resolve()
    await Promise.all([asked, closing])
    expect(stopped).toBe(1)
    const unopened = new Opening(async () => ({ stop: async () => undefined }))
    await unopened.close()
    await expect(unopened.open()).rejects.toThrow('closed')
  })
})

describe('the comparison on the Backend screen', () => {
  const url = '/api/backend/comparison'
  let app: TestApp

  beforeEach(async () => {
    app = await openTestApp({ name: 'backend', screen: backend })
  })
  afterEach(() => app.close())

  const state = async (): Promise<Comparison> =>
    (await (await app.request(url)).json()) as Comparison

  it('has a column for each backend, and starts nothing by itself', async () => {
    const { columns, runs } = await state()
    expect(runs).toEqual([])
    expect(columns.map(({ target, state: at, isOwn }) => [target, at, isOwn])).toEqual([
      ['memory', 'open', false],
      ['file', 'open', true],
      ['azure', 'closed', false],
      ['s3', 'closed', false],
    ])
    const files = new FileStorageBackend({ basePath: join(app.folder, 'objects') })
    expect(columns[1]!.capabilities).toEqual(files.capabilities)
    await files.close()
  })

  it('keeps the last run on each', { timeout: 120_000 }, async () => {
    const runOn = async (target: ConformanceTarget): Promise<ConformanceRun> => {
      const before = app.world.live.listen()
      const request = { target, durability: 'none', group: 'close' }
      const started = await app.post('/api/backend/conformance', request)
      expect(started.status).toBe(200)
      for (;;) {
        await before.wait()
        const ended = (before.take() ?? []).find(
          ({ topic, data }) =>
            topic === 'conformance' && (data as { status?: string }).status === 'ended',
        )
        if (ended !== undefined) break
      }
      before.close()
      return (await state()).runs.find((each) => each.target === target)!
    }
    const first = await runOn('memory')
    expect(first).toMatchObject({ status: 'ended', group: 'close' })
    await runOn('file')
    expect((await runOn('memory')).id).not.toBe(first.id)
    expect((await state()).runs.map(({ target }) => target).toSorted()).toEqual(['file', 'memory'])
  })

  it('refuses to start what is none', async () => {
    const refused = await app.post(`${url}/open`, { target: 'memory' })
    expect(refused.status).toBe(400)
  })
})

describe('a server that cannot be had', () => {
  const world = { place: { storageType: 'file', basePath: '/x' }, bare: capabilities } as const

  it('is told with the way to have it', async () => {
    const companions = companionsOf(world, { AOS_S3_URL: 'nonsense' })
    expect(companions.given.s3).toBe(true)
    await expect(companions.s3.open()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('AOS_S3_URL') as string,
    })
    await companions.close()
  })

  it('leaves no folder of a run behind', async () => {
    const app = await openTestApp()
    onTestFinished(() => app.close())
    const companions = companionsOf(world, { AOS_S3_URL: 'nonsense' })
    await expect(makeRunPlace('s3', app.folder, companions)).rejects.toThrow('AOS_S3_URL')
    expect(existsSync(join(app.folder, 'conformance'))).toBe(false)
  })
})

describeWithService('azurite', (service) => {
  it('is a column when the environment names it', async () => {
    const world = { place: { storageType: 'file', basePath: '/x' }, bare: capabilities } as const
    const env = { AOS_AZURE_CONNECTION_STRING: service.url }
    const companions = companionsOf(world, env)
    expect(companions.given).toEqual({ azure: true, s3: false })
    const { place, capabilities: claims } = await companions.azure.open()
    expect(place).toMatch(/^the Azure account devstoreaccount1 at http/)
    expect(claims).toEqual(new AzureStorageBackend({ connectionString: service.url }).capabilities)
    await companions.close()
  })
})

describeWithService('rgw', (service) => {
  const world = { place: { storageType: 'file', basePath: '/x' }, bare: capabilities } as const
  const env = (): { AOS_S3_URL: string } => ({ AOS_S3_URL: service.url })

  it('is a column when the environment names it, and is asked in a bucket that goes', async () => {
    const { S3Client, ListBucketsCommand } = await import('@aws-sdk/client-s3')
    const { endpoint, region, credentials } = s3OptionsOf(s3AccountOf(env())!, 'any')
    const client = new S3Client({
      ...{ endpoint: endpoint!, region: region!, credentials: credentials as never },
      forcePathStyle: true,
    })
    const buckets = async (): Promise<string[]> =>
      ((await client.send(new ListBucketsCommand({}))).Buckets ?? []).flatMap(({ Name }) => Name!)
    const companions = companionsOf(world, env())
    const { place, capabilities: claims } = await companions.s3.open()
    expect(place).toBe(`the S3 server at ${endpoint}`)
    expect(claims).toMatchObject({ durability: 'service', etagIdentity: 'content' })
    expect((await buckets()).filter((name) => name.startsWith('playground-probe'))).toEqual([])

    // And so is the bucket of a run.
    const app = await openTestApp()
    onTestFinished(() => app.close())
    const run = await makeRunPlace('s3', app.folder, companions)
    expect(s3AccountOf(run.env)).toEqual(s3AccountOf(env()))
    expect(await buckets()).toContain(runContainer(run.folder))
    await run.remove()
    expect(await buckets()).not.toContain(runContainer(run.folder))
    expect(readdirSync(join(app.folder, 'conformance'))).toEqual([])
    await companions.close()
    client.destroy()
  }, 60_000)

  it(
    'runs the kit, with children, on a store of the playground',
    { timeout: 240_000 },
    async () => {
      const { fork } = await import('node:child_process')
      const { fileURLToPath } = await import('node:url')
      const app = await openTestApp()
      onTestFinished(() => app.close())
      const companions = companionsOf(world, env())
      const place = await makeRunPlace('s3', app.folder, companions)
      const program = new URL(
        '../../src/screens/backend/server/conformance-program.ts',
        import.meta.url,
      )
      const request = { target: 's3', durability: 'fsync', group: 'process', seed: 5 }
      const child = fork(
        fileURLToPath(program),
        [JSON.stringify({ ...request, folder: place.folder })],
        { execArgv: ['--conditions=@aos-storage/source'], env: { ...process.env, ...place.env } },
      )
      const outcomes: RunOutcome[] = []
      child.on('message', (message: { kind: string; outcome: RunOutcome }) => {
        if (message.kind === 'case') outcomes.push(message.outcome)
      })
      await new Promise((done) => child.once('close', done))
      await place.remove()
      await companions.close()
      expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([])
      expect(outcomes.filter(({ status }) => status === 'passed').length).toBeGreaterThan(3)
    },
  )
})
