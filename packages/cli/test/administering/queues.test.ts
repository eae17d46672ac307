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
