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

it.each(['sync', 'migrate'])('%s of a part that is not there tells so', async (command) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'there/a': '1' })
  await fill(folder.at('t'), { b: '2' })
  for (const [at, more] of [...['', '--dry-run', '--json'].entries()]) {
    const journal = command === 'migrate' ? ['--journal', `journal-${at}`] : []
    const args = [command, './s#theer', './t#x/', ...journal, ...(more === '' ? [] : [more])]
    const stderr: unknown = expect.stringContaining('There is nothing at')
    expect(await run(args, { cwd })).toMatchObject({ code: 3, stderr })
  }
  // A whole store may be empty, and a part of it where that is said.
  await fill(folder.at('e'), {})
  const whole = command === 'migrate' ? ['--journal', 'whole'] : []
  expect((await run([command, './e', './t', ...whole], { cwd })).code).toBe(0)
  const allowed = ['sync', './s#theer/', './t#x/', '--allow-empty']
  expect((await run(allowed, { cwd })).code).toBe(0)
  const excluded = ['sync', './s#there/', './t#x/', '--exclude', '**']
  expect((await run(excluded, { cwd })).code).toBe(0)
  expect(await contentsOf(folder.at('t'))).toEqual({ b: '2' })
})

it.each([
  ['stat', ['./s#d']],
  ['cat', ['./s#d']],
  ['get', ['./s#d', 'out']],
  ['get', ['./s#d', '-']],
  ['cp', ['./s#d', './s#e']],
  ['cp', ['./s#d', './t']],
  ['mv', ['./s#d', './s#e']],
  ['mv', ['./s#d', './t']],
])('%s %j: what is no object, but a folder of some, is told as that', async (command, args) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'd/a': '1' })
  const told = await run([command, ...args], { cwd })
  expect(told).toMatchObject({ code: 3, stderr: expect.stringMatching(/some below .*#d\/\n/) })
  const other = await run([command, args[0]!.replace('#d', '#x'), ...args.slice(1)], { cwd })
  expect(other.code).toBe(3)
  expect(other.stderr).not.toContain('some below')
  expect(await contentsOf(folder.at('s'))).toEqual({ 'd/a': '1' })
})
