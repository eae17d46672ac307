import { describe, expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, type RunOptions, type RunResult, temporaryFolder } from '../support/run.ts'
import { queuesOn } from '../support/queues-scenario.ts'

describe('on files', () => {
  queuesOn('here:', () => 'none')
})

it('says what standard input may be', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await run(['queues', 'create', '.', 'jobs'], { cwd })
  const send = (more: string[], options: RunOptions): Promise<RunResult> =>
    run(['queues', 'send', '.', 'jobs', '--json', ...more], { cwd, ...options })
  const binary = { stdin: new Uint8Array([0xff]) }
  expect(errorOf(await send([], binary))).toMatchObject({
    exitCode: 2,
    hint: expect.stringContaining('bytes'),
  })
  expect(errorOf(await send(['--as', 'json'], { stdin: '{' }))).toMatchObject({ exitCode: 2 })
  expect(errorOf(await send([], { isTTY: true }))).toMatchObject({ exitCode: 2 })
  expect((await run(['queues', 'peek', '.', 'jobs', '--max', '33'], { cwd })).code).toBe(2)
  expect((await run(['queues', 'peek', '.', 'others'], { cwd })).code).toBe(3)
})

it('a terminal meets no control characters of messages, and a pipe gets them', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await run(['queues', 'create', '.', 'jobs'], { cwd })
  await run(['queues', 'send', '.', 'jobs', '--as', 'bytes'], { cwd, stdin: 'a\u001b[2Jb' })
  const watched = await run(['queues', 'peek', '.', 'jobs'], { cwd, isTTY: true })
  expect(watched.stdout).toBe('a\\u001b[2Jb\n')
  const piped = await run(['queues', 'peek', '.', 'jobs'], { cwd })
  expect(piped.stdout).toBe('a\u001b[2Jb\n')
})

it('sends no less than all lines in silence, when the reader of its output has gone', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await run(['queues', 'create', '.', 'jobs'], { cwd })
  const args = ['queues', 'send', '.', 'jobs', '--lines']
  const result = await run(args, { cwd, stdin: '1\n\n2\n3\n', stdoutWritesMax: 1 })
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('through line 3;') })
  expect((await run(['queues', 'length', '.', 'jobs'], { cwd })).stdout).toContain('2')
})

it.each([
  [['queues', 'send', '.', 'jobs', '--lines'], 'one\n'],
  [['queues', 'send', '.', 'jobs'], 'one\n'],
  [['tables', 'import', '.', 'jobs'], '{"partitionKey":"p","rowKey":"1"}\n'],
  [['tables', 'put', '.', 'jobs'], '{'],
])('%j ends at Ctrl-C while standard input is open', async (args, text) => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await run(['queues', 'create', '.', 'jobs'], { cwd })
  await run(['tables', 'create', '.', 'jobs'], { cwd })
  const stop = new AbortController()
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text)
    setImmediate(() => stop.abort(new Error('interrupted')))
    await new Promise(() => undefined)
  }
  const result = await run(args, { cwd, stdin: open(), signal: stop.signal })
  const sent = args.includes('--lines')
    ? 'aos-storage: sent all through line 1; send the rest again\n'
    : ''
  expect(result).toMatchObject({ code: 130, stderr: `${sent}aos-storage: interrupted\n` })
})
