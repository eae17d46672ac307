import { randomUUID } from 'node:crypto'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { profilesFor } from '../support/azurite.ts'
import { errorOf } from '../support/error-line.ts'
import { run, type RunOptions, type RunResult, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

describe('on files', () => queuesOn('here:', () => 'none'))
describeWithService('azurite', (service) => queuesOn('az:', () => service.url))

function queuesOn(location: string, connectionString: () => string): void {
  it('creates, sends, peeks, receives, clears and drops', async () => {
    await using folder = await temporaryFolder()
    const place = await profilesFor(folder, connectionString())
    const queue = `q-${randomUUID()}`
    const queues = (command: string, args: string[], options?: RunOptions): Promise<RunResult> =>
      run(['queues', command, location, queue, ...args], { ...place, ...options })
    const checked = async (
      command: string,
      args: string[] = [],
      options?: RunOptions,
    ): Promise<Record<string, unknown>[]> => {
      const result = await queues(command, [...args, '--json'], options)
      expect(result.stderr).toBe('')
      return checkedRecords(`queues-${command}`, result)
    }
    expect(await checked('create')).toEqual([{ action: 'created', queue }])
    expect(await checked('create')).toEqual([{ action: 'exists', queue }])
    const list = await run(['queues', 'list', '--json', location, '--prefix', queue], place)
    expect(checkedRecords('queues-list', list)).toEqual([{ queue }])

    expect(await checked('send', ['--dry-run', 'x'])).toEqual([{ action: 'would send', queue }])
    expect(await checked('length')).toEqual([{ queue, length: 0 }])
    expect(await checked('send', ['hello'])).toMatchObject([{ action: 'sent', queue }])
    expect(await checked('peek')).toMatchObject([{ body: '"hello"', dequeueCount: 0 }])
    expect(await checked('receive', ['--delete'])).toMatchObject([{ body: '"hello"' }])
    expect(await checked('receive')).toEqual([])

    const lines = { stdin: '{"id":1}\n{"id":2}\n' }
    expect(await checked('send', ['--lines', '--as', 'json'], lines)).toHaveLength(2)
    const both = await queues('peek', ['--max', '5'])
    expect(both.lines.toSorted()).toEqual(['{"id":1}', '{"id":2}'])
    await checked('send', ['--as', 'bytes'], { stdin: new Uint8Array([0xff, 0xfe]) })
    const binary = await checked('peek', ['--max', '5'])
    expect(binary.map((each) => each['bodyBase64'])).toContain('//4=')

    expect(await checked('clear', ['--dry-run'])).toEqual([
      { action: 'would clear', queue, length: 3 },
    ])
    expect((await queues('clear', [])).code).toBe(2)
    expect(await checked('clear', ['--yes'])).toEqual([{ action: 'cleared', queue, length: 3 }])
    expect(await checked('length')).toEqual([{ queue, length: 0 }])
    expect(await checked('drop', ['--dry-run'])).toEqual([{ action: 'would drop', queue }])
    expect((await queues('drop', [], { isTTY: true, answer: 'n' })).code).toBe(1)
    expect((await queues('drop', [], { isTTY: true, answer: 'yes' })).code).toBe(0)
    expect((await queues('drop', ['--yes'])).code).toBe(3)
  })
}

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
