import { mkdir, writeFile } from 'node:fs/promises'
import { StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { run, start, temporaryFolder } from './support/run.ts'

it('writes objects byte for byte, in the order that they are named', async () => {
  await using folder = await temporaryFolder()
  await using store = await StorageManager.open({ storageType: 'file', basePath: folder.path })
  await store.save('a', new Uint8Array([0, 255, 10]))
  await store.save('b', 'two')
  const { code, bytes, stderr } = await run(['cat', './#b', './#a'], { cwd: folder.path })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect([...bytes]).toEqual([...new TextEncoder().encode('two'), 0, 255, 10])
})

it('ends in silence when the reader of a real pipe has gone', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.at('s'))
  await writeFile(folder.at('s', 'big'), new Uint8Array(4 * 1024 ** 2))
  const started = start(['cat', './s#big'], { cwd: folder.path })
  started.child.stdout!.once('data', () => started.child.stdout!.destroy())
  expect(await started.ended).toEqual({ code: 0, signal: null })
  expect(started.stderr()).toBe('')
})
