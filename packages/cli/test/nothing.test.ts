/** A misspelt prefix is no success: scripts go by the exit code. */
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { contentsOf, fill } from './support/stores.ts'

it.each(['get', 'cp', 'mv'])('%s -r of nothing tells so, and changes nothing', async (command) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'there/a': '1' })
  await fill(folder.at('t'), { b: '2' })
  const to = command === 'get' ? './out' : './t#x/'
  for (const more of [[], ['--dry-run'], ['--json']]) {
    const result = await run([command, '-r', './s#theer/', to, ...more], { cwd })
    expect(result).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is nothing at'),
    })
  }
  expect(await contentsOf(folder.at('s'))).toEqual({ 'there/a': '1' })
  expect(await contentsOf(folder.at('t'))).toEqual({ b: '2' })
})
