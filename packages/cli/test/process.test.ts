/** What only a process of its own shows: signals, kills, its node, and which modules it loads. */
import { execFile } from 'node:child_process'
import { readFile, watch } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { run, start, temporaryFolder } from './support/run.ts'
import { contentsOf, fill, numbered } from './support/stores.ts'

const objects = 500
/** Three processes at most, on a machine that may be busy. */
const timeout = 60_000
const args = ['./s', './t', '--verbose']

it.each(['SIGINT', 'SIGHUP'] as const)(
  '%s amid a sync: it stops with nothing half-written, and the next run ends it',
  { timeout },
  async (signal) => {
    await using folder = await temporaryFolder()
    const contents = numbered(objects)
    await fill(folder.at('s'), contents)
    const started = start(['sync', ...args], { cwd: folder.path })
    started.child.stdout!.once('data', () => started.child.kill(signal))
    expect(await started.ended).toEqual({ code: 130, signal: null })
    expect(started.stderr()).toContain('To go on:\n  aos-storage sync ./s ./t --verbose')
    const copied = await contentsOf(folder.at('t'))
    expect(Object.keys(copied).length).toBeLessThan(objects)
    expect(contents).toMatchObject(copied)
    expect(await run(['sync', ...args], { cwd: folder.path })).toMatchObject({ code: 0 })
    expect(await contentsOf(folder.at('t'))).toEqual(contents)
  },
)

it(
  'a second SIGINT ends it at once, also where the first waits for a pipe to open',
  { timeout, skip: process.platform === 'win32' },
  async () => {
    await using folder = await temporaryFolder()
    await promisify(execFile)('mkfifo', [folder.at('pipe')])
    const started = start(['put', 'pipe', './s#a'], { cwd: folder.path })
    const { child } = started
    // It has begun once the folder of its store is there.
    for await (const { filename } of watch(folder.path)) if (filename === 's') break
    child.stderr!.once('data', () => child.kill('SIGINT'))
    child.kill('SIGINT')
    // By itself, where the first came before it opened the pipe.
    expect([null, 130]).toContain((await started.ended).code)
    expect(started.stderr()).toContain('interrupted')
  },
)

it('kill -9 amid a migration: the same command line goes on', { timeout }, async () => {
  await using folder = await temporaryFolder()
  const contents = numbered(objects)
  await fill(folder.at('s'), contents)
  const command = ['migrate', ...args, '--journal', 'journal']
  const started = start(command, { cwd: folder.path })
  started.child.stdout!.on('data', () => {
    if (started.stdout().split('\n').length > 50) started.child.kill('SIGKILL')
  })
  expect(await started.ended).toEqual({ code: null, signal: 'SIGKILL' })
  const copied = await contentsOf(folder.at('t'))
  expect(contents).toMatchObject(copied)
  const second = await run([...command, '--json'], { cwd: folder.path })
  expect(second.records().at(-1)).toMatchObject({ isResumed: true, copied: objects, failed: 0 })
  expect(second.lines.length).toBeLessThan(objects - 20)
  expect(await contentsOf(folder.at('t'))).toEqual(contents)
})

it('ls of a file store loads no cloud SDK, and no command but itself', { timeout }, async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: '1' })
  const hook = fileURLToPath(new URL('./support/loaded-modules.mjs', import.meta.url))
  const started = start(['ls', './s'], {
    cwd: folder.path,
    env: { AOS_LOADED_MODULES: folder.at('loaded') },
    nodeArgs: [`--import=${hook}`],
  })
  expect(await started.ended).toEqual({ code: 0, signal: null })
  expect(started.stdout()).toBe('a\n')
  const loaded = (await readFile(folder.at('loaded'), 'utf8')).split('\n')
  expect(loaded.some((url) => url.includes('/backend-file/src/'))).toBe(true)
  const others = /backend-(s3|azure)|@aws-sdk|@smithy|@azure/
  expect(loaded.filter((url) => others.test(url))).toEqual([])
  const commands = loaded.filter((url) => url.includes('/cli/src/commands/'))
  expect(commands.map((url) => url.replace(/.*\//, ''))).toEqual(['ls.ts'])
})

it('tells an older node what is needed, before anything that it cannot link', async () => {
  const older = `Object.defineProperty(process, 'version', { value: 'v20.20.2' })`
  const nodeArgs = [`--import=data:text/javascript,${encodeURIComponent(older)}`]
  const started = start(['ls', 'memory:'], { nodeArgs })
  expect(await started.ended).toEqual({ code: 1, signal: null })
  expect(started.stderr()).toBe(
    'aos-storage: Node v20.20.2 is too old\n  Install Node 22.18 or newer\n',
  )
})

it('starts for a user without a home, as containers have', { timeout }, async () => {
  await using folder = await temporaryFolder()
  const homeless =
    "import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module'; " +
    "os.homedir = () => { throw new Error('ENOENT') }; syncBuiltinESMExports()"
  const nodeArgs = [`--import=data:text/javascript,${encodeURIComponent(homeless)}`]
  const env = { HOME: '', XDG_CACHE_HOME: '' }
  const started = start(['--version'], { cwd: folder.path, env, nodeArgs })
  expect(await started.ended).toEqual({ code: 0, signal: null })
  expect(started.stderr()).toBe('')
})
