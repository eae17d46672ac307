/** A misspelt path is no empty store, and looking at it makes no folder. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run, type RunResult, temporaryFolder } from './support/run.ts'
import { fill } from './support/stores.ts'

it.each(['ls', 'stat', 'cat', 'du', 'verify', 'doctor'])('%s of no folder', async (command) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'not', 'there')
  const key = ['stat', 'cat'].includes(command) ? '#key' : ''
  const { code, stdout, stderr } = await run([command, `${path}${key}`], { env: {} })
  expect(code).toBe(command === 'doctor' ? 5 : 3)
  expect(stdout + stderr).toContain('There is no folder')
  expect(existsSync(join(folder.path, 'not'))).toBe(false)
})

it.each([
  ['cp', 'not#a', './t#a'],
  ['mv', 'not#a', './t#a'],
  ['mv', '-r', 'not', './t'],
  ['rm', 'not#a'],
  ['rm', '-ry', 'not'],
  ['get', '-r', 'not', 'out'],
  ['sync', 'not', './t'],
  ['migrate', 'not', './t', '--journal', 'j'],
  ['tables', 'list', 'not'],
  ['tables', 'query', 'not', 'Orders'],
  ['tables', 'import', 'not', 'Orders', 'orders.ndjson'],
  ['queues', 'list', 'not'],
  ['queues', 'send', 'not', 'jobs', 'text'],
])('%j of no folder', async (...words) => {
  await using folder = await temporaryFolder()
  const args = words.map((word) => (word.startsWith('not') ? `./${word}` : word))
  const { code, stderr } = await run(args, { cwd: folder.path })
  expect(stderr).toContain('There is no folder')
  expect(code).toBe(3)
  expect(existsSync(join(folder.path, 'not'))).toBe(false)
})

it('makes no store within a store by the way of a key with slashes, or of a link', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  expect((await run(['put', '-', './s#2026/07/a'], { cwd, stdin: 'x' })).code).toBe(0)
  await symlink(folder.at('s', '2026'), folder.at('link'))
  for (const path of ['./s/2026/b', './s/2026/07/b/c', './link/b']) {
    const told = await run(['sync', './s', path], { cwd })
    expect(told).toMatchObject({ code: 2, stderr: expect.stringMatching(/\/s#2026\/.*b/) })
  }
  expect(await readdir(folder.at('s', '2026'))).toEqual(['07'])
  // A folder of this name may be another program's.
  await mkdir(folder.at('other', '.aos'), { recursive: true })
  expect((await run(['sync', './s', './other/x'], { cwd })).code).toBe(0)
})

it.each([
  ['tables', 'create', './not', 'Orders'],
  ['queues', 'create', './not', 'jobs'],
  ['tables', 'import', './not', 'Orders', '--create'],
  ['put', '-', './not/deep#a'],
  ['sync', './s', './not/deep'],
  ['migrate', './s', './not', '--journal', 'j'],
  ['cp', './s#a', './not#b'],
  ['mv', './s#a', './not#b'],
])('%s %s: a dry run makes no folder', async (...args) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const stdin = '{"partitionKey":"a","rowKey":"b"}\n'
  await fill(folder.at('s'), { a: '1' })
  const told = await run([...args, '--dry-run'], { cwd, stdin })
  expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('would') })
  expect(await readdir(cwd)).toEqual(['s'])
  expect((await run(args, { cwd, stdin })).code).toBe(0)
})

it('makes no store within a store, unless its folder is there', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const put = (...to: string[]): Promise<RunResult> => run(['put', ...to], { cwd, stdin: 'x' })
  expect(await put('-', './s#a')).toMatchObject({ code: 0 })
  for (const [command, ...more] of [
    ['put', '-'],
    ['cp', './s#a'],
    ['sync', './s'],
  ] as const) {
    const result = await run([command, ...more, './s/deep/b'], { cwd, stdin: 'x' })
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('/s#deep/b') })
  }
  expect(await run(['tables', 'create', './s/b', 'Orders'], { cwd })).toMatchObject({ code: 2 })
  expect(await readdir(folder.at('s'))).not.toContain('deep')
  await mkdir(folder.at('s', 'meant'))
  expect(await put('-', './s/meant#a')).toMatchObject({ code: 0 })
  expect(await put('-', './s/meant#b')).toMatchObject({ code: 0 })
})
