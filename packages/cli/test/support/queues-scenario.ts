/** The commands of `queues` on any store, from creation to the end. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { profilesFor } from './azurite.ts'
import { run, type RunOptions, type RunResult, temporaryFolder } from './run.ts'
import { checkedRecords } from './schema.ts'

/** @param connectionString Of the account that the profile `az` reaches. */
export function queuesOn(location: string, connectionString: () => string): void {
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
