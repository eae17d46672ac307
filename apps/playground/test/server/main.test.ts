/** The program that `npm start` runs: flags, a life from start to Ctrl-C, data that survives. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtPage } from '../browser/support/built-page.ts'
import { portDefault, readArguments, UsageError } from '../../src/server/arguments.ts'

describe('flags', () => {
  it('have defaults', () => {
    const defaults = {
      data: 'playground-data',
      port: undefined,
      isReset: false,
      isAzure: false,
      s3: undefined,
      isOpened: true,
    }
    expect(readArguments([])).toEqual(defaults)
  })

  it('are read', () => {
    const flags = ['--data', 'x y', '--port', '0', '--reset', '--no-open']
    const read = { data: 'x y', port: 0, isReset: true, isAzure: false, isOpened: false }
    expect(readArguments(flags)).toEqual(read)
    expect(readArguments(['--data=x y', '--port=0', '--reset', '--no-open'])).toEqual(read)
    expect(readArguments(['--azure'])).toMatchObject({ isAzure: true })
    expect(readArguments(['--s3'])).toMatchObject({ s3: { bucket: undefined }, isAzure: false })
    expect(readArguments(['--s3', '--bucket', 'b'])).toMatchObject({ s3: { bucket: 'b' } })
    expect(readArguments(['--help'])).toBe('help')
  })

  it.each([
    [['--port', '65536']],
    [['--port', '-1']],
    [['--port', '80x']],
    [['--port']],
    [['--data', '']],
    [['--prot', '80']],
    [['folder']],
    [['--azure', '--reset']],
    [['--s3', '--reset']],
    [['--s3', '--azure']],
    [['--bucket', 'b']],
    [['--s3', '--bucket', '']],
  ])('refuse %j', (flags) => {
    expect(() => readArguments(flags)).toThrow(UsageError)
  })
})

describe('the program', () => {
  const program = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url))
  const running: ChildProcess[] = []
  let base: string

  beforeEach(async () => {
    await builtPage()
    base = await mkdtemp(join(tmpdir(), 'aos main '))
  })
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await rm(base, { recursive: true, force: true })
  })

  interface Run {
    readonly child: ChildProcess
    readonly ended: Promise<{ code: number | null; output: string }>
    readonly url: Promise<string>
  }

  function start(...flags: readonly string[]): Run {
    const child = spawn(process.execPath, [program, '--no-open', ...flags], { cwd: base })
    running.push(child)
    let output = ''
    const known = Promise.withResolvers<string>()
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        const url = /http:\S+/.exec(output)?.[0]
        if (url !== undefined && output.includes('Ctrl-C')) known.resolve(url)
      })
    }
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }))
    void ended.then(({ output: text }) => known.reject(new Error(text)))
    known.promise.catch(() => undefined)
    return { child, ended, url: known.promise }
  }

  async function save(url: string, key: string): Promise<void> {
    const response = await fetch(`${url}api/objects/text`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-action': 'test' },
      body: JSON.stringify({ key, text: 'kept', contentType: 'text/plain; charset=utf-8' }),
    })
    expect(response.status).toBe(200)
  }

  const statusOf = async (url: string, key: string): Promise<number> =>
    (await fetch(`${url}api/objects/object?key=${encodeURIComponent(key)}`)).status

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends well on %s, also with pages open',
    async (signal) => {
      const run = start('--port', '0')
      const url = await run.url
      const feed = await fetch(`${url}api/live`)
      const reader = feed.body!.getReader()
      await reader.read()
      run.child.kill(signal)
      const { code, output } = await run.ended
      expect([code, output]).toEqual([0, expect.stringContaining('playground: stopped')])
      await expect(fetch(url)).rejects.toThrow('fetch failed')
    },
  )

  it('keeps the data where it says, over a restart; --reset begins anew', async () => {
    const first = start('--port', '0')
    await save(await first.url, 'mine/note')
    await fetch(`${await first.url}api/objects/transfer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-action': 'test' },
      body: JSON.stringify({ kind: 'delete', items: [{ key: 'agent_configs/ceo' }], prefixes: [] }),
    }).then((response) => response.text())
    first.child.kill('SIGINT')
    expect((await first.ended).output).toContain('the data is in playground-data')
    expect(await readdir(join(base, 'playground-data'))).toContain('playground.json')

    const second = start('--port', '0')
    expect(await statusOf(await second.url, 'mine/note')).toBe(200)
    // A sample that was deleted stays deleted.
    expect(await statusOf(await second.url, 'agent_configs/ceo')).toBe(404)
    second.child.kill('SIGINT')
    await second.ended

    const third = start('--port', '0', '--reset')
    expect(await statusOf(await third.url, 'mine/note')).toBe(404)
    expect(await statusOf(await third.url, 'agent_configs/ceo')).toBe(200)
  })

  it('takes another port when the usual one is taken, but not another than asked', async () => {
    const blocker = createServer().listen(portDefault, '127.0.0.1')
    // Somebody else may hold it already, which blocks as well; `once` would reject then.
    await new Promise<void>((done) => {
      for (const end of ['listening', 'error']) blocker.once(end, () => done())
    })
    const usual = start()
    expect(await usual.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const asked = start('--port', String(portDefault), '--data', 'other')
    const { code, output } = await asked.ended
    expect([code, output]).toEqual([2, expect.stringContaining('--port')])
    blocker.close()
  })

  it('listens on 127.0.0.1 and on no other address', async () => {
    const url = await start('--port', '0').url
    expect((await fetch(url)).status).toBe(200)
    // Another address of the same machine: a server on all addresses would answer.
    await expect(fetch(url.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow('fetch failed')
  })

  it('tells the fix for a mistake, and does not start', async () => {
    const { code, output } = await start('--prot', '1').ended
    expect([code, output]).toEqual([2, expect.stringContaining('--help')])
    expect((await start('--help').ended).output).toContain('--reset')
  })
})
