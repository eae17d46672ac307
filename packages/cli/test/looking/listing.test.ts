import { mkdir, writeFile } from 'node:fs/promises'
import { StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

it('ls and stat give what their schemas say', async () => {
  await using folder = await temporaryFolder()
  await using store = await StorageManager.open({ storageType: 'file', basePath: folder.path })
  await store.save('a/x.json', { x: 1 }, { metadata: { owner: 'me' } })
  await store.save('b', 'text')
  const { cwd } = { cwd: folder.path }
  const listed = checkedRecords('ls', await run(['ls', '--json', '.'], { cwd }))
  expect(listed.map(({ kind }) => kind)).toEqual(['prefix', 'object'])
  const [stat] = checkedRecords('stat', await run(['stat', '--json', './#a/x.json'], { cwd }))
  expect(stat).toMatchObject({ key: 'a/x.json', size: 7, metadata: { owner: 'me' } })
})

it('the error of --json is as its schema says, with the exit code of the process', async () => {
  await using folder = await temporaryFolder()
  const { cwd } = { cwd: folder.path }
  const missing = await run(['stat', '--json', './#nothing'], { cwd })
  expect(missing.code).toBe(3)
  expect(errorOf(missing)).toMatchObject({ code: 'NOT_FOUND', exitCode: 3 })
  const wrong = await run(['ls', '--json', 'ftp://host'], { cwd })
  expect(wrong.code).toBe(2)
  expect(errorOf(wrong)).toMatchObject({ code: 'USAGE', exitCode: 2 })
})

it('a terminal meets no control characters of keys, neither as text nor as JSON', async () => {
  await using folder = await temporaryFolder()
  const hostile = 'a\u001b]0;owned\u0007\u202e\u009b31m'
  await writeFile(folder.at(hostile), 'x')
  await mkdir(folder.at('other'))
  const { cwd } = { cwd: folder.path }
  for (const args of [
    ['ls', '.'],
    ['ls', '-l', '.'],
    ['ls', '--json', '.'],
    ['du', '--top', '9', '.'],
    ['du', '--json', '--top', '9', '.'],
    ['verify', '.', './other'],
    ['verify', '--json', '.', './other'],
    ['stat', `./#${hostile}`],
    ['stat', `./#${hostile}-not`],
    ['stat', '--json', `./#${hostile}-not`],
  ]) {
    const { stdout, stderr } = await run(args, { cwd })
    const told = stdout + stderr
    const isEscaped = told.includes('\\u001b') && told.includes('\\u202e')
    expect({ args, isEscaped, raw: unsafeIn(told) }).toEqual({ args, isEscaped: true, raw: [] })
  }
  const [record] = (await run(['ls', '--json', '.'], { cwd })).records()
  expect(record).toMatchObject({ key: hostile })
})

/** Characters that a terminal obeys, newlines aside. */
function unsafeIn(text: string): string[] {
  return Array.from(text).filter((character) => {
    const code = character.codePointAt(0)!
    const isControl = code < 32 || (code >= 127 && code < 160)
    return character !== '\n' && (isControl || character === '\u202e')
  })
}
