/** "The code" of every action is a program that runs as it is and does what the action did. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { StorageManager } from '@aos-storage/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as code from '../../src/screens/objects/web/code.ts'
import { setStorePlace } from '../../src/web/store-place.ts'

/** Keys and texts that break out of careless literals. */
const hostile = 'it\'s "a" \\ `${process.exit(9)}` \u2028 /* é 😀'
const text = 'first line\n`${second}` \\ line\n\n\ttab \u2029 end'

let folder: string
let storage: StorageManager

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aos code's "))
  setStorePlace({ storageType: 'file', basePath: join(folder, 'store') })
  storage = await StorageManager.open({ storageType: 'file', basePath: join(folder, 'store') })
  // Programs resolve packages from where they are.
  programs = await mkdtemp(fileURLToPath(new URL('../../.tsbuild/code-', import.meta.url)))
})
afterAll(async () => {
  await storage.close()
  await rm(folder, { recursive: true, force: true })
  await rm(programs, { recursive: true, force: true })
})
let programs: string
let count = 0

/** Runs a piece of code as its reader would; gives what it prints. */
async function run(action: { readonly code: string }): Promise<string> {
  const file = join(programs, `piece-${++count}.ts`)
  await writeFile(file, action.code)
  const args = ['--conditions=@aos-storage/source', file]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const options = { cwd: folder, env }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options)
  expect(stderr).toBe('')
  return stdout
}

describe('a literal', () => {
  it('is the text again, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\n\r`${}\\'"\u2028a]*$/)),
        (value) => {
          expect(runInNewContext(code.literal(value))).toBe(value)
        },
      ),
    )
  })
})

describe('the code', () => {
  it('of saving saves exactly the text, under its conditions', async () => {
    const type = 'text/markdown'
    const created = code.saveTextText(`${hostile}/a`, text, type, { ifNoneMatch: '*' })
    expect(created.label).toBe(`Create ${hostile}/a`)
    await run(created)
    const body = await storage.readStream(`${hostile}/a`)
    expect([await body.text(), body.info.contentType]).toEqual([text, type])
    await expect(run(created)).rejects.toThrow('ALREADY_EXISTS')
    const { etag } = body.info
    const saved = code.saveTextText(`${hostile}/a`, 'a\r\nb', type, { ifMatch: etag })
    expect(saved.label).toBe(`Save ${hostile}/a`)
    await run(saved)
    expect(await storage.load(`${hostile}/a`, { as: 'text' })).toBe('a\r\nb')
    await expect(run(saved)).rejects.toThrow('PRECONDITION_FAILED')
  })

  it('of saving leaves the metadata as the action does', async () => {
    const metadata = { author: 'ceo', note: "it's `${1}`" }
    const { etag } = await storage.writeStream('with', 'v1', { contentType: 'text/a', metadata })
    await run(code.saveTextText('with', 'v2', 'text/b', { ifMatch: etag }))
    expect(await storage.stat('with')).toMatchObject({ contentType: 'text/b', metadata, size: 2 })
  })

  it('of listing prints what is under the prefix', async () => {
    await storage.save(`${hostile}/deep/b`, 1)
    const printed = await run(code.listText(`${hostile}/`))
    expect(printed).toBe(`${hostile}/a\n${hostile}/deep/\n`)
  })

  it('of opening and loading prints what is there', async () => {
    await storage.save('doc', { title: 'Q2' }, { metadata: { author: 'ceo' } })
    expect(await run(code.openText('doc'))).toMatch(/^14 application\/json .* author: 'ceo' \}\n$/)
    expect(await run(code.loadText('doc'))).toBe("{ title: 'Q2' }\n")
  })

  it('of reading a range reads that range', async () => {
    await storage.save('bytes', new Uint8Array([1, 2, 3, 4, 5]))
    expect(await run(code.readRangeText('bytes', 1, 3))).toBe('Uint8Array(3) [ 2, 3, 4 ]\n')
  })

  it('of a download writes the file', async () => {
    await storage.save('reports/q2.bin', new Uint8Array([7, 8]))
    await run(code.downloadText('reports/q2.bin'))
    expect([...(await readFile(join(folder, 'q2.bin')))]).toEqual([7, 8])
  })

  it('of an upload stores the file', async () => {
    await writeFile(join(folder, 'up.txt'), 'from a file')
    await run(code.uploadText('up', 'up.txt', 'text/plain', false))
    expect(await storage.load('up')).toBe('from a file')
    const again = run(code.uploadText('up', 'up.txt', 'text/plain', false))
    await expect(again).rejects.toThrow('ALREADY_EXISTS')
    await run(code.uploadText('up', 'up.txt', 'text/plain', true))
  })

  it('of copies and moves moves them, one or all of a prefix', async () => {
    await storage.save('from/a', 'A')
    await storage.save('from/b/c', 'C')
    await run(code.transferText('copy', 'from/a', 'to/one', false))
    await run(code.transferText('move', 'to/one', 'to/two', true))
    expect(await storage.listKeys('to/')).toEqual(['to/two'])
    await run(code.transferPrefixText('copy', 'from/', 'copied/', false))
    await run(code.transferPrefixText('move', 'from/', 'moved/', false))
    expect(await storage.listKeys('copied/')).toEqual(['copied/a', 'copied/b/c'])
    expect(await storage.listKeys('moved/')).toEqual(['moved/a', 'moved/b/c'])
    expect(await storage.listKeys('from/')).toEqual([])
  })

  it('of copies and moves touches only the version that was seen', async () => {
    const { etag } = await storage.save('seen/a', 'A', { metadata: { by: 'ceo' } })
    const copy = code.transferText('copy', 'seen/a', 'seen/b', false, etag)
    const move = code.transferText('move', 'seen/a', 'seen/b', true, etag)
    expect(move.label).toBe('Move seen/a to seen/b')
    await run(copy)
    await expect(run(copy)).rejects.toThrow('ALREADY_EXISTS')
    await run(move)
    expect(await storage.listKeys('seen/')).toEqual(['seen/b'])
    expect((await storage.stat('seen/b')).metadata).toEqual({ by: 'ceo' })

    const seen = await storage.save('seen/a', 'A')
    await storage.save('seen/a', 'newer')
    for (const kind of ['copy', 'move'] as const) {
      const late = run(code.transferText(kind, 'seen/a', 'seen/c', false, seen.etag))
      await expect(late).rejects.toThrow('PRECONDITION_FAILED')
    }
    expect(await storage.listKeys('seen/')).toEqual(['seen/a', 'seen/b'])
  })

  it('of deleting several deletes the versions that were seen, and tells of others', async () => {
    const keys = [`${hostile}/x`, 'many/changed', 'many/any', 'many/z']
    const seen = await Promise.all(keys.map((key) => storage.save(key, 1)))
    await storage.save('many/changed', 2)
    const versions = keys.map((key, index) => {
      return { key, etag: key === 'many/any' ? undefined : seen[index]!.etag }
    })
    const action = code.deleteVersionsText(versions)
    expect(action.label).toBe('Delete 4 objects')
    expect(await run(action)).toMatch(/^\[\s*\{\s*status: 'rejected',[^]*PRECONDITION_FAILED/)
    expect(await storage.listKeys('many/')).toEqual(['many/changed'])
    const many = Array.from({ length: 25 }, (_, index) => ({ key: `k${index}`, etag: 'e' }))
    expect(code.deleteVersionsText(many).code).toMatch(
      /^ {4}\['k19', 'e'\],\n {4}\/\/ and 5 more\n {2}\]$/m,
    )
  })

  it('of deleting deletes', async () => {
    for (const key of ['gone/a', 'gone/b', 'gone/c', 'gone/d']) await storage.save(key, key)
    const { etag } = await storage.stat('gone/a')
    await expect(run(code.deleteText('gone/a', `${etag}x`))).rejects.toThrow('PRECONDITION_FAILED')
    await run(code.deleteText('gone/a', etag))
    expect(await run(code.deleteManyText(['gone/b', 'gone/c']))).toBe('[]\n')
    expect(await storage.listKeys('gone/')).toEqual(['gone/d'])
    await run(code.deletePrefixText('gone/'))
    expect(await storage.listKeys('gone/')).toEqual([])
  })
})
