import { describe, expect, it } from 'vitest'
import { applyLayers, defineLayer } from '../src/backend-kit.ts'
import { MemoryStorageBackend, prefix, StorageManager } from '../src/index.ts'

const named = (name: string, rules: object = {}) =>
  defineLayer({
    name,
    wrap: (inner) => new Proxy(inner, { get: (at, member) => Reflect.get(at, member, at) }),
    ...rules,
  })

describe('layer order', () => {
  const rule = [{ layer: 'encrypt', because: 'ciphertext does not compress' }]
  const compress = named('compress', { outsideOf: rule })
  const encrypt = named('encrypt')

  it('is checked, naming both layers and the reason', () => {
    const backend = new MemoryStorageBackend()
    expect(() => applyLayers(backend, [compress, encrypt])).not.toThrow()
    expect(() => applyLayers(backend, [encrypt, compress])).toThrow(
      /"compress" must come before "encrypt".*ciphertext/,
    )
  })

  it('refuses the same layer twice unless it is repeatable, and what is no layer', () => {
    const backend = new MemoryStorageBackend()
    expect(() => applyLayers(backend, [encrypt, encrypt])).toThrow(/twice/)
    expect(() => applyLayers(backend, [prefix('a'), prefix('b')])).not.toThrow()
    expect(() => applyLayers(backend, [(() => backend) as never])).toThrow(TypeError)
    expect(() => applyLayers(backend, 'x' as never)).toThrow(TypeError)
  })

  it('puts the first layer outermost', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend, { layers: [prefix('inner'), prefix('outer')] })
    await store.save('k', 1)
    expect((await backend.list()).objects.map(({ key }) => key)).toEqual(['outer/inner/k'])
  })
})

describe('the prefix view', () => {
  it('shows and tells of nothing outside', async () => {
    const backend = new MemoryStorageBackend()
    const root = new StorageManager(backend)
    await root.saveMany([
      ['a', 1],
      ['team/a', 2],
      ['team/b/c', 3],
      ['teams', 4],
    ])
    const view = root.within('team/')
    expect(await view.listKeys()).toEqual(['a', 'b/c'])
    expect(await view.load('a')).toBe(2)
    expect((await view.stat('a')).key).toBe('a')
    expect(await view.listPage({ delimiter: '/' })).toMatchObject({ prefixes: ['b/'] })
    expect(await view.listKeys({ startAfter: 'a' })).toEqual(['b/c'])
    await expect(view.load('s')).rejects.toMatchObject({ code: 'NOT_FOUND', key: 's' })
    await view.copy('a', 'z')
    expect(await view.deleteMany(['z', 'none'])).toEqual([
      { key: 'z', ok: true, deleted: true },
      { key: 'none', ok: true, deleted: false },
    ])
    expect(await root.listKeys()).toEqual(['a', 'team/a', 'team/b/c', 'teams'])
  })

  it('leaves less room for keys', async () => {
    const view = new StorageManager(new MemoryStorageBackend()).within('p'.repeat(1000))
    expect(view.capabilities.keyBytesMax).toBe(23)
    await expect(view.save('k'.repeat(24), 1)).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await expect(view.save('é'.repeat(12), 1)).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await view.save('k'.repeat(23), 1)
    expect(() => view.within('x'.repeat(23))).toThrow(/no room/)
  })
})
