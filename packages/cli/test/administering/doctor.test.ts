import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { systemClock } from '@aos-storage/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clockCheck, skewCheck } from '../../src/doctor/clock-skew.ts'
import { nodeCheck } from '../../src/doctor/installation.ts'
import { within } from '../../src/doctor/patience.ts'
import { checksOf, statusesOf } from '../support/doctor-report.ts'
import { programPath, run, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

describe('on folders', () => {
  it('leaves nothing behind, and without --write writes nothing', async () => {
    await using folder = await temporaryFolder()
    const { path: cwd } = folder
    const missing = await run(['doctor', '--json', './s'], { cwd })
    expect(missing.code).toBe(5)
    expect(checksOf(checkedRecords('doctor', missing)).at(-1)).toMatchObject({
      ...{ name: 'open', status: 'fail', message: expect.stringContaining('no folder') },
    })
    await mkdir(folder.at('s'))
    const looked = await run(['doctor', '--json', './s'], { cwd })
    expect(looked.code).toBe(0)
    const records = checkedRecords('doctor', looked)
    expect(statusesOf(records)).toMatchObject({ node: 'ok', package: 'ok', write: 'skipped' })
    expect(records).toContainEqual({
      kind: 'setting',
      name: 'durability',
      value: 'fsync',
      source: 'default',
    })
    expect((await run(['doctor', '--write', './s'], { cwd })).code).toBe(0)
    expect((await run(['ls', '-r', './s'], { cwd })).stdout).toBe('')
  })

  it('tells a folder that may not be written to', async () => {
    await using folder = await temporaryFolder()
    await mkdir(folder.at('s'))
    await writeFile(folder.at('s', 'x'), 'x')
    await chmod(folder.path, 0o755)
    await chmod(folder.at('s'), 0o555)
    // Root may write everywhere: then as somebody else.
    const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const args = ['--conditions=@aos-storage/source', programPath, 'doctor', '--json', '--write']
    const failed = await promisify(execFile)(process.execPath, [...args, folder.at('s')], {
      ...somebody,
      env: { NODE_COMPILE_CACHE: '', HOME: folder.path },
    }).catch((error: { readonly code: number; readonly stdout: string }) => error)
    expect(failed).toMatchObject({ code: 5 })
    const records = failed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(statusesOf(records)).toMatchObject({ list: 'ok', read: 'ok', write: 'fail' })
    expect(checksOf(records).find(({ name }) => name === 'write')!.fix).toContain('rights')
  })

  it('shows the layers of a profile, and what is wrong with it', async () => {
    await using folder = await temporaryFolder()
    const doctor = async (profile: object): Promise<ReturnType<typeof checksOf>> => {
      await writeFile(folder.at('p.json'), JSON.stringify({ profiles: { here: profile } }))
      const args = ['doctor', '--json', '--config', folder.at('p.json'), 'here:']
      const result = await run(args)
      expect(result.code).toBe(5)
      return checksOf(checkedRecords('doctor', result))
    }
    await mkdir(folder.at('s'))
    const base = { storageType: 'file', basePath: folder.at('s') }
    expect((await doctor({ ...base, layers: [{ zip: {} }] })).at(-1)).toMatchObject({
      ...{ name: 'configuration', status: 'fail', fix: expect.stringContaining('compress') },
    })
    expect((await doctor({ ...base, durabilty: 'none' })).at(-1)).toMatchObject({
      ...{ status: 'fail', message: expect.stringContaining('durabilty') },
    })
    expect((await doctor({ storageType: 'filee' })).at(-1)).toMatchObject({ status: 'fail' })
  })
})

it('without a location looks at the program and the profiles', async () => {
  await using folder = await temporaryFolder()
  const env = { AOS_STORAGE_CONFIG: folder.at('p.json') }
  await writeFile(folder.at('p.json'), '{"profiles":{"prod":{"url":"memory:"}}}')
  const result = await run(['doctor', '--json'], { env })
  expect(result.code).toBe(0)
  const checks = checksOf(checkedRecords('doctor', result))
  expect(checks.filter(({ name }) => name === 'package')).toHaveLength(3)
  expect(checks.at(-1)).toMatchObject({
    name: 'profiles',
    message: expect.stringMatching(/prod:$/),
  })
  await writeFile(folder.at('p.json'), 'no json')
  expect((await run(['doctor'], { env })).code).toBe(5)
})

it('tells what the environment says, and where', async () => {
  await using folder = await temporaryFolder()
  const env = { AOS_STORAGE_TYPE: 'file', AOS_STORAGE_BASE_PATH: folder.path }
  const result = await run(['doctor', '--json', 'env:'], { env })
  expect(result.code).toBe(0)
  expect(checkedRecords('doctor', result)).toContainEqual({
    ...{ kind: 'setting', name: 'basePath', value: folder.path, source: 'AOS_STORAGE_BASE_PATH' },
  })
  const none = await run(['doctor', '--json', 'env:'])
  expect(none.code).toBe(5)
  expect(none.stdout).toContain('AOS_STORAGE_URL')
})

describe('checks', () => {
  it('Node is new enough or not', () => {
    expect(nodeCheck('v22.17.9').status).toBe('fail')
    expect(nodeCheck('v22.18.0').status).toBe('ok')
    expect(nodeCheck('v24.0.0').status).toBe('ok')
  })

  it('a clock is off by nothing, by much, or by too much', () => {
    expect(skewCheck(-900).status).toBe('ok')
    expect(skewCheck(61_000)).toMatchObject({ status: 'warn', message: /61 s ahead/ })
    expect(skewCheck(-16 * 60_000)).toMatchObject({ status: 'fail', message: /960 s behind/ })
  })

  it("reads the server's time from any answer", async () => {
    const server = createServer((_, response) => {
      response.writeHead(403, { date: new Date(Date.now() + 120_000).toUTCString() }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { signal } = new AbortController()
    expect((await clockCheck(url, systemClock, signal)).status).toBe('warn')
    expect((await clockCheck(undefined, systemClock, signal)).status).toBe('skipped')
    expect((await clockCheck('http://127.0.0.1:1', systemClock, signal)).status).toBe('skipped')
  })

  it('waits so long and no longer, and tells the work that it is late', async () => {
    const { signal } = new AbortController()
    const clock = { ...systemClock, sleep: (): Promise<void> => Promise.resolve() }
    let told: AbortSignal | undefined
    const late = within({ clock, limitMs: 2000, signal }, (ended) => {
      told = ended
      return new Promise<never>(() => undefined)
    })
    await expect(late).rejects.toThrow('There was no answer within 2 s')
    expect(told?.aborted).toBe(true)
    const early = within({ clock: systemClock, limitMs: 60_000, signal }, async () => 'done')
    expect(await early).toBe('done')
  })
})

it('tries what a prefix allows below that prefix', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await mkdir(folder.at('s'))
  const seen: string[] = []
  const result = await run(['doctor', '--json', '--write', './s#team/a'], {
    cwd,
    onWrite: () => void seen.push(...readdirSync(folder.at('s'))),
  })
  expect(result.code).toBe(0)
  expect(new Set(seen.filter((name) => !name.startsWith('.')))).toEqual(new Set(['team']))
})
