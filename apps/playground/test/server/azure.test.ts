/** `--azure`: which account it is, told without secrets, and a playground on an Azurite. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/server/arguments.ts'
import { accountVariable, placeOf } from '../../src/server/azure.ts'
import type { StorePlace } from '../../src/server/place.ts'
import type { TableList } from '../../src/screens/tables/server/wire.ts'
import { builtPage } from '../browser/support/built-page.ts'

const secret = 'c2VjcmV0c2VjcmV0'

describe('what is told of an account', () => {
  it.each([
    [
      `DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=${secret};EndpointSuffix=core.windows.net`,
      { account: 'mine', endpoint: 'https://mine.blob.core.windows.net' },
    ],
    [
      `BlobEndpoint=https://other.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=${secret}`,
      { account: 'other.blob.core.windows.net', endpoint: 'https://other.blob.core.windows.net' },
    ],
    [
      `BlobEndpoint=https://user:${secret}@own.example/x?sig=${secret};AccountName=a;AccountKey=${secret}`,
      { account: 'a', endpoint: 'https://own.example/x' },
    ],
    [
      'UseDevelopmentStorage=true',
      { account: 'devstoreaccount1', endpoint: 'http://127.0.0.1:10000/devstoreaccount1' },
    ],
  ])('is no secret: %j', (text, place) => {
    expect(placeOf(text)).toEqual({ storageType: 'azure', container: 'playground', ...place })
    expect(JSON.stringify(placeOf(text))).not.toContain(secret)
  })

  it.each(['', secret, `AccountKey=${secret}`])(
    'is a mistake for %j, which is not quoted',
    (text) => {
      const outcome = ((): unknown => {
        try {
          return placeOf(text)
        } catch (error) {
          return error
        }
      })()
      expect(outcome).toBeInstanceOf(UsageError)
      expect(String(outcome)).not.toContain(secret)
    },
  )
})

describeWithService('azurite', (service) => {
  const program = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url))
  const running: ChildProcess[] = []
  let base: string

  beforeEach(async () => {
    await builtPage()
    base = await mkdtemp(join(tmpdir(), 'aos azure '))
  })
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await rm(base, { recursive: true, force: true })
  })

  /** Starts it, and waits for its address. `account`: what the environment names. */
  async function start(account: string | undefined): Promise<{
    readonly url: string
    readonly output: () => string
    readonly stop: () => Promise<number | null>
  }> {
    const env: NodeJS.ProcessEnv = { ...process.env }
    if (account === undefined) delete env[accountVariable]
    else env[accountVariable] = account
    const child = spawn(process.execPath, [program, '--azure', '--no-open', '--port', '0'], {
      ...{ cwd: base, env },
    })
    running.push(child)
    let output = ''
    const known = Promise.withResolvers<string>()
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        const url = /http:\/\/127\.0\.0\.1:\d+\/$/m.exec(output)?.[0]
        if (url !== undefined && output.includes('Ctrl-C')) known.resolve(url)
      })
    }
    const closed = once(child, 'close')
    void closed.then(() => known.reject(new Error(output)))
    return {
      url: await known.promise,
      output: () => output,
      stop: async () => {
        child.kill('SIGINT')
        return ((await closed) as [number | null])[0]
      },
    }
  }

  const json = async <T>(url: string, path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { 'x-action': 'test', 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }

  it('begins one of its own, with samples, which ends with it', { timeout: 120_000 }, async () => {
    const playground = await start(undefined)
    expect(playground.output()).toContain('starting an Azurite, which begins empty')
    expect(playground.output()).toContain('Ctrl-C stops it, and the Azurite with all its data')
    const place = await json<StorePlace>(playground.url, 'api/about')
    expect(place).toMatchObject({ storageType: 'azure', container: 'playground' })
    const { tables } = await json<TableList>(playground.url, 'api/tables')
    expect(tables).toEqual(['conversations', 'metrics'])
    const object = 'api/objects/object?key=agent_configs%2Fceo'
    expect(await json(playground.url, object)).toMatchObject({ path: null })
    expect(await json(playground.url, 'api/backend/health')).toMatchObject({ ok: true })
    expect(await playground.stop()).toBe(0)
    const { endpoint } = place as { endpoint: string }
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
  })

  it('uses the account that is named, and tells no secret', { timeout: 120_000 }, async () => {
    const first = await start(service.url)
    const key = /AccountKey=([^;]+)/.exec(service.url)![1]!
    expect(first.output()).toContain('the data is in the Azure account devstoreaccount1 at http')
    expect(first.output()).not.toContain(key)
    const place = await json<StorePlace>(first.url, 'api/about')
    expect(JSON.stringify(place)).not.toContain(key)
    expect(await (await fetch(first.url)).text()).not.toContain(key)
    const drop = { method: 'POST', body: JSON.stringify({ table: 'metrics' }) }
    await json(first.url, 'api/tables/drop', drop)
    expect(await first.stop()).toBe(0)

    // What was deleted stays deleted; what is there is still there.
    const second = await start(service.url)
    const { tables } = await json<TableList>(second.url, 'api/tables')
    expect(tables).toEqual(['conversations'])
    expect(await second.stop()).toBe(0)
  })
})
