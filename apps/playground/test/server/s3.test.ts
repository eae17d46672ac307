/** `--s3`: which server it is, told without secrets, and a playground on a gateway. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/server/arguments.ts'
import { bucketText, headerText, type StorePlace } from '../../src/server/place.ts'
import { createBucket, dropBucket } from '../../src/server/s3-buckets.ts'
import {
  bucketOf,
  type S3Account,
  s3AccountOf,
  s3OptionsOf,
  s3UrlOf,
} from '../../src/server/s3-account.ts'
import type { TableList } from '../../src/screens/tables/server/wire.ts'
import { builtPage } from '../browser/support/built-page.ts'

const secret = 'wJalr/XUtn+FEMI%K7'
const keys = { accessKeyId: 'AKIA', secretAccessKey: secret }

describe('the server that the environment names', () => {
  it.each<[Record<string, string>, S3Account | undefined]>([
    [{}, undefined],
    [{ AOS_S3_URL: '', AWS_ENDPOINT_URL: '' }, undefined],
    // Keys alone name no server: nobody is to come to Amazon's by accident.
    [{ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: 'x' }, undefined],
    [
      { AOS_S3_URL: `http://AKIA:${encodeURIComponent(secret)}@127.0.0.1:9000/?region=eu-x` },
      { endpoint: 'http://127.0.0.1:9000', region: 'eu-x', credentials: keys },
    ],
    [{ AOS_S3_URL: 'https://s3.own.example/base/' }, { endpoint: 'https://s3.own.example/base' }],
    [{ AOS_S3_URL: 'https://s3.eu-central-1.amazonaws.com' }, { region: 'eu-central-1' }],
    [{ AOS_S3_URL: 'https://s3.amazonaws.com/?region=eu-west-1' }, { region: 'eu-west-1' }],
    [
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9000', AWS_REGION: 'eu-y' },
      { endpoint: 'http://127.0.0.1:9000', region: 'eu-y' },
    ],
    [
      {
        AWS_ENDPOINT_URL: 'http://a',
        AWS_ENDPOINT_URL_S3: 'http://b',
        AOS_S3_ENDPOINT: 'http://c',
      },
      { endpoint: 'http://c' },
    ],
  ])('%j', (env, account) => {
    expect(s3AccountOf(env)).toEqual(account)
    // What another process is told is the same.
    if (account !== undefined)
      expect(s3AccountOf({ AOS_S3_URL: s3UrlOf(account) })).toEqual(account)
  })

  it.each(['nonsense', `ftp://AKIA:${encodeURIComponent(secret)}@host/`, 'http://%zz:x@host/'])(
    'is a mistake as %j, which is not quoted',
    (text) => {
      const outcome = ((): unknown => {
        try {
          return s3AccountOf({ AOS_S3_URL: text })
        } catch (error) {
          return error
        }
      })()
      expect(outcome).toBeInstanceOf(UsageError)
      expect(String(outcome)).toContain('AOS_S3_URL')
      expect(String(outcome)).not.toContain(text)
    },
  )

  it('is told without its keys', () => {
    const account = { endpoint: 'http://127.0.0.1:9000', region: 'eu-x', credentials: keys }
    const bucket = bucketOf(account, 'data')
    expect(JSON.stringify(bucket)).not.toContain('AKIA')
    expect(bucketText(bucket)).toBe('the S3 server at http://127.0.0.1:9000, bucket data')
    expect(bucketText(bucketOf({ region: 'eu-x' }, 'data'))).toBe('Amazon S3 in eu-x, bucket data')
  })
})

describe('the program', () => {
  const program = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url))

  it('tells how to have a gateway where there is none', { timeout: 60_000 }, async () => {
    await builtPage()
    const base = await mkdtemp(join(tmpdir(), 'aos s3 '))
    const env: NodeJS.ProcessEnv = { ...process.env, PATH: base }
    for (const name of ['AOS_S3_URL', 'AOS_INSTALL_SERVICES']) delete env[name]
    const child = spawn(process.execPath, [program, '--s3', '--no-open'], { cwd: base, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    }
    const [code] = (await once(child, 'close')) as [number | null]
    await rm(base, { recursive: true, force: true })
    // Where the programs of Debian are beside the PATH, it is a gateway that does not start.
    expect(code).not.toBe(0)
    expect(output).toContain('starting an S3 gateway')
    if (!output.includes('not on PATH')) return
    expect(output).toMatch(/^playground: --s3: .*apt-get install.*radosgw/m)
    expect(output).toContain('AOS_S3_URL names it')
  })
})

describeWithService('rgw', (service) => {
  const program = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url))
  const running: ChildProcess[] = []
  let base: string

  beforeEach(async () => {
    await builtPage()
    base = await mkdtemp(join(tmpdir(), 'aos s3 '))
  })
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await rm(base, { recursive: true, force: true })
  })

  interface Started {
    readonly url: string
    readonly output: () => string
    readonly stop: () => Promise<number | null>
  }

  /** Starts it, and waits for its address. `server`: what the environment names. */
  async function start(server: string | undefined, ...flags: readonly string[]): Promise<Started> {
    const env: NodeJS.ProcessEnv = { ...process.env }
    for (const name of ['AOS_S3_URL', 'AOS_S3_ENDPOINT', 'AWS_ENDPOINT_URL']) delete env[name]
    if (server !== undefined) env['AOS_S3_URL'] = server
    const args = [program, '--s3', '--no-open', '--port', '0', ...flags]
    const child = spawn(process.execPath, args, { cwd: base, env })
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

  const ask = (url: string, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { 'x-action': 'test', 'content-type': 'application/json' }
    return fetch(`${url}${path}`, { ...init, headers })
  }
  const json = async <T>(url: string, path: string, init: RequestInit = {}): Promise<T> => {
    const response = await ask(url, path, init)
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }
  const save = (url: string, key: string, text: string, more: object = {}): Promise<Response> => {
    const body = JSON.stringify({ key, text, contentType: 'text/plain', ...more })
    return ask(url, 'api/objects/text', { method: 'PUT', body })
  }

  it('begins one of its own, with samples, which ends with it', { timeout: 120_000 }, async () => {
    const playground = await start(undefined)
    expect(playground.output()).toContain('starting an S3 gateway, which begins empty')
    expect(playground.output()).toContain('Ctrl-C stops it, and the S3 gateway with all its data')
    const { url } = playground
    const place = await json<StorePlace>(url, 'api/about')
    expect(place).toMatchObject({ storageType: 's3', bucket: 'playground', isConditional: false })
    expect(place.header).toBe('on an S3 gateway: the data ends with it')
    const { tables } = await json<TableList>(url, 'api/tables')
    expect(tables).toEqual(['conversations', 'metrics'])
    const object = 'api/objects/object?key=agent_configs%2Fceo'
    expect(await json(url, object)).toMatchObject({ path: null, kind: 'json' })
    expect(await json(url, 'api/backend/health')).toMatchObject({ ok: true })
    // The server holds no condition; the playground does.
    expect((await save(url, 'mine/note', 'one', { ifNoneMatch: '*' })).status).toBe(200)
    expect((await save(url, 'mine/note', 'two', { ifNoneMatch: '*' })).status).toBe(409)
    expect((await save(url, 'mine/note', 'two', { ifMatch: 'another' })).status).toBe(412)
    expect(await playground.stop()).toBe(0)
    const { endpoint } = place as { endpoint: string }
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')

    // What was beside the old gateway is not beside the next one.
    const second = await start(undefined)
    expect((await ask(second.url, 'api/objects/object?key=mine%2Fnote')).status).toBe(404)
    expect(await second.stop()).toBe(0)
  })

  describe('on a server that is named', () => {
    const bucket = `playground-${Date.now().toString(36)}`
    const account = (): S3Account => s3AccountOf({ AOS_S3_URL: service.url })!
    beforeEach(() => createBucket(account(), bucket))
    afterEach(() => dropBucket(account(), bucket))

    it('uses the bucket, makes none, and tells no secret', { timeout: 120_000 }, async () => {
      const { secretAccessKey, accessKeyId } = account().credentials!
      await expect(start(service.url, '--bucket', `${bucket}-absent`)).rejects.toThrow(
        /^playground: --s3: The bucket .* does not exist; .*`--bucket NAME` takes another one\.$/m,
      )
      const first = await start(service.url, '--bucket', bucket)
      expect(first.output()).toMatch(/the data is in the S3 server at http.*, bucket playground-/)
      const place = await json<StorePlace>(first.url, 'api/about')
      expect(headerText(place)).toBe(`on S3: ${bucket}`)
      const told = [first.output(), JSON.stringify(place), await (await ask(first.url, '')).text()]
      for (const text of told) {
        expect(text).not.toContain(secretAccessKey)
        expect(text).not.toContain(accessKeyId)
      }
      // It was empty: so there are samples, once.
      expect((await ask(first.url, 'api/objects/object?key=agent_configs%2Fceo')).status).toBe(200)
      const drop = { method: 'POST', body: JSON.stringify({ table: 'metrics' }) }
      await json(first.url, 'api/tables/drop', drop)
      expect(await first.stop()).toBe(0)

      // Objects, tables and queues are still there, and what was deleted stays deleted.
      const second = await start(service.url, '--bucket', bucket)
      expect((await json<TableList>(second.url, 'api/tables')).tables).toEqual(['conversations'])
      expect(await second.stop()).toBe(0)
      expect(await readdir(join(base, 'playground-data', 's3'))).toHaveLength(1)
    })

    it("lays nothing into somebody's data", { timeout: 120_000 }, async () => {
      const backend = await S3StorageBackend.open(s3OptionsOf(account(), bucket))
      await backend.write('theirs', Buffer.from('x'), { contentType: 'text/plain' })
      await backend.close()
      const playground = await start(service.url, '--bucket', bucket)
      const entries = await (await ask(playground.url, 'api/objects/entries')).text()
      expect(entries).toContain('"count":1,')
      expect((await json<TableList>(playground.url, 'api/tables')).tables).toEqual([])
      expect(await playground.stop()).toBe(0)
    })
  })
})
