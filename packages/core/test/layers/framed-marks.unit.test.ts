/** Objects in the form of a layer, where that layer is missing, and their way between stores. */
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  checksum,
  compress,
  type Layer,
  MemoryStorageBackend,
  migrate,
  StorageManager,
} from '../../src/index.ts'

const text = 'Revenue projection is $5M. '.repeat(400)

const forms: Readonly<Record<string, () => Layer>> = {
  compress: () => compress(),
  checksum: () => checksum({ blockBytes: 1024 }),
}

function storeOf(backend: MemoryStorageBackend, ...layers: Layer[]): StorageManager {
  return new StorageManager(applyLayers(backend, layers))
}

describe.each(Object.entries(forms))('a store without its %s', (name, layer) => {
  async function opened(): Promise<{
    readonly memory: MemoryStorageBackend
    plain: StorageManager
  }> {
    const memory = new MemoryStorageBackend()
    await storeOf(memory, layer()).save('a', text)
    return { memory, plain: storeOf(memory) }
  }

  it('gives no stored form as a value', async () => {
    const { plain } = await opened()
    const refused = { code: 'UNSUPPORTED', key: 'a', message: expect.stringContaining(`${name}()`) }
    await expect(plain.load('a')).rejects.toMatchObject(refused)
    await expect(plain.readStream('a', { range: { offset: 0, length: 4 } })).rejects.toMatchObject(
      refused,
    )
  })

  it('does not copy it to another store, where its mark would be missing', async () => {
    const { plain } = await opened()
    const target = new MemoryStorageBackend()
    const copy = plain.copy('a', 'b', { destination: storeOf(target) })
    await expect(copy).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect((await target.list()).objects).toEqual([])
  })

  it('does not migrate it, nor delete it as migrated', async () => {
    const { memory, plain } = await opened()
    const target = new MemoryStorageBackend()
    const options = { verify: 'read-back', deleteSource: 'verified' } as const
    const report = await migrate(plain, storeOf(target), options).done
    expect(report).toMatchObject({ copied: 0, failed: 1, deleted: 0 })
    expect(report.failures).toMatchObject([{ key: 'a', code: 'UNSUPPORTED' }])
    expect((await target.list()).objects).toEqual([])
    expect(await storeOf(memory, layer()).load('a')).toBe(text)
  })

  it('copies it within itself, mark and all', async () => {
    const { memory, plain } = await opened()
    await plain.copy('a', 'b')
    expect(await storeOf(memory, layer()).load('b')).toBe(text)
  })

  it('is reached by a migration from one with it, and back', async () => {
    const { memory } = await opened()
    const [target, back] = [new MemoryStorageBackend(), new MemoryStorageBackend()]
    const options = { verify: 'read-back' } as const
    await migrate(storeOf(memory, layer()), storeOf(target), options).done
    expect(await storeOf(target).load('a')).toBe(text)
    expect((await target.stat('a')).metadata).not.toHaveProperty(`aos-${name}`)
    await migrate(storeOf(target), storeOf(back, layer()), options).done
    expect((await back.stat('a')).metadata).toHaveProperty(`aos-${name}`)
    expect(await storeOf(back, layer()).load('a')).toBe(text)
  })
})

it('a body of one block is as it was written, also without its checksum layer', async () => {
  const memory = new MemoryStorageBackend()
  await storeOf(memory, checksum()).save('a', text)
  const target = new MemoryStorageBackend()
  await storeOf(memory).copy('a', 'a', { destination: storeOf(target) })
  expect(await storeOf(memory).load('a')).toBe(text)
  expect(await storeOf(target).load('a')).toBe(text)
})
