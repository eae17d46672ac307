/** "The code" of versioned values runs as it is and does what the action did. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as code from '../../src/screens/objects/web/detail/history/history-code.ts'
import { compareVersionsText } from '../../src/screens/objects/web/detail/extras/extra-code.ts'
import { setStorePlace } from '../../src/web/store-place.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'

/** A key that breaks out of careless literals. */
const key = 'it\'s "a" \\ `${process.exit(9)}` \u2028 /* é 😀'
const contentType = 'application/json'

let runner: CodeRunner
let storage: StorageManager

beforeAll(async () => {
  runner = await openCodeRunner()
  storage = await StorageManager.open({ storageType: 'file', basePath: runner.store })
})

afterAll(async () => {
  await storage.close()
  await runner.remove()
})

const run = (action: { readonly code: string }): Promise<string> => runner.run(action.code)

describe('the code', () => {
  it('of a value that is new creates it, once, and of a version saves the next', async () => {
    const created = code.saveVersionText({ key, text: '{ "n": 1 }', contentType, ifCurrent: 0 })
    expect(created.label).toBe(`Create ${key} with versions`)
    expect(await run(created)).toBe('1\n')
    await expect(run(created)).rejects.toThrow('PRECONDITION_FAILED')
    await storage.saveVersioned(key, { n: 2 }, { metadata: { author: 'ceo' } })
    const text = '{\n  "n": 3, "`": "${x}"\n}'
    const saved = code.saveVersionText({ key, text, contentType, ifCurrent: 2, from: 2 })
    expect(saved.label).toBe(`Save a new version of ${key}`)
    expect(await run(saved)).toBe('3\n')
    const body = await storage.readStream(`${key}/v3`)
    expect(body.info).toMatchObject({ contentType, metadata: { author: 'ceo' } })
    expect(await body.text()).toBe(text)
    await expect(run(saved)).rejects.toThrow('PRECONDITION_FAILED')
  })

  it('of a long text reads it from a file', async () => {
    const text = 'line\n'.repeat(2000)
    const long = { key: 'long', text, contentType: 'text/plain', ifCurrent: 0 }
    const action = code.saveVersionText(long)
    expect(action.code.length).toBeLessThan(1000)
    await writeFile(join(dirname(runner.store), 'the-text.txt'), text)
    expect(await run(action)).toBe('1\n')
    expect((await storage.loadVersion('long')).value).toBe(text)
  })

  it('of listing and looking prints what is there', async () => {
    await storage.saveVersioned('seen', { n: 1 })
    await storage.saveVersioned('seen', { n: 22 })
    const lines = (await run(code.historyText('seen'))).trimEnd().split('\n')
    expect(lines).toEqual([
      expect.stringMatching(/^2 true false .* 8$/),
      expect.stringMatching(/^1 false false .* 7$/),
    ])
    const looked = await run(code.loadVersionText('seen', 1))
    expect(looked).toMatch(/^7 application\/json \{\}\n\{ n: 1 \}\n$/)
  })

  it('of a rollback moves the pointer, if it is where it was seen', async () => {
    for (const n of [1, 2, 3]) await storage.saveVersioned('back', n)
    const action = code.rollbackText('back', 1, 3)
    expect(action.label).toBe('Make version 1 of back current')
    await run(action)
    expect(await storage.currentVersion('back')).toBe(1)
    await expect(run(code.rollbackText('back', 2, 3))).rejects.toThrow('PRECONDITION_FAILED')
  })

  it('of comparing tells where they differ', async () => {
    for (const n of [10, 10, 12, 1]) await storage.saveVersioned('two', n)
    const compare = (a: number, b: number): Promise<string> =>
      run(code.compareText('Compare', `two/v${a}`, `two/v${b}`))
    expect(await compare(1, 2)).toBe('equal\n')
    expect(await compare(2, 3)).toBe('they differ at 1\n')
    expect(await compare(1, 4)).toBe('they differ at 1\n')
    expect(await compare(4, 1)).toBe('they differ at 1\n')
  })

  it('of a prune counts, or removes', async () => {
    for (const n of [1, 2, 3, 4]) await storage.saveVersioned('old', n)
    const counted = code.pruneText('old', 2, true)
    expect([counted.label, await run(counted)]).toEqual([
      ...['Count what a prune of old removes', '2 2 []\n'],
    ])
    const pruned = code.pruneText('old', 2, false)
    expect([pruned.label, await run(pruned)]).toEqual([
      ...['Prune the versions of old', '2 2 []\n'],
    ])
    expect(await storage.listKeys('old/')).toEqual(['old/current', 'old/v3', 'old/v4'])
  })

  it('of native versions says that files have none', async () => {
    await expect(run(compareVersionsText('seen', 'a', 'b'))).rejects.toThrow('has no versions')
  })

  it('says where a server holds no conditions, without which it is refused', () => {
    setStorePlace({
      ...{ storageType: 's3', bucket: 'b', isConditional: false, basePath: runner.store },
      ...{
        settings: [],
        beside: { tables: { names: [], given: [] }, queues: { names: [], given: [] } },
      },
    })
    const told = 'The server holds no conditions here'
    expect(code.rollbackText('a', 1, 2).code).toContain(told)
    expect(code.saveVersionText({ key, text: '', contentType, ifCurrent: 1 }).code).toContain(told)
    expect(code.pruneText('a', 1, false).code).toContain(told)
    expect(code.historyText('a').code).not.toContain(told)
  })
})
