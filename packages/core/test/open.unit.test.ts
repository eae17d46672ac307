import { describe, expect, it } from 'vitest'
import {
  type BackendProvider,
  configFromEnvironment,
  MemoryStorageBackend,
  prefix,
  type StorageConfig,
  StorageManager,
} from '../src/index.ts'

const provider: BackendProvider = {
  storageType: 'box',
  protocols: ['box:'],
  fromConfig: async (config) => {
    if ('bad' in config) throw new TypeError('bad')
    return new MemoryStorageBackend()
  },
  fromUrl: async () => new MemoryStorageBackend(),
}

describe('StorageManager.open', () => {
  it.each<[string, StorageConfig<{ size?: number }>]>([
    ['a type', 'memory'],
    ['a URL', 'memory:'],
    ['a URL object', new URL('memory:')],
    ['a configuration', { storageType: 'memory', objectBytesMax: 100 }],
    ['a backend', new MemoryStorageBackend()],
    ['a backend in a configuration', { backend: new MemoryStorageBackend() }],
    ['a provider', { provider, size: 3 }],
  ])('takes %s', async (_name, config) => {
    const store = await StorageManager.open(config, { layers: [prefix('p')] })
    await store.save('k', 1)
    expect(await store.listKeys()).toEqual(['k'])
    await store.close()
  })

  it.each<[string, unknown, object]>([
    ['an unknown type', { storageType: 'tape' }, { code: 'INVALID_ARGUMENT' }],
    ['an unknown word', 'tape', { code: 'INVALID_ARGUMENT' }],
    ['an unknown protocol', 'gopher://u:pw@x/', { code: 'INVALID_ARGUMENT' }],
    ['a broken URL', 'http://u:pw@:x:/', { code: 'INVALID_ARGUMENT' }],
    ['a relative file URL', 'file:./data', { code: 'INVALID_ARGUMENT' }],
    ['a file URL with a host', 'file://data', { code: 'INVALID_ARGUMENT' }],
    ['a path', './data', { code: 'INVALID_ARGUMENT' }],
    ['a memory URL with more', 'memory:x', { code: 'INVALID_ARGUMENT' }],
    [
      'a limit that cannot be',
      { storageType: 'memory', objectBytesMax: 0 },
      { code: 'INVALID_ARGUMENT' },
    ],
    ['an unknown setting', { storageType: 'memory', size: 1 }, { name: 'TypeError' }],
    [
      'a setting beside a backend',
      { backend: new MemoryStorageBackend(), size: 1 },
      { name: 'TypeError' },
    ],
    ['no backend', { backend: {} }, { name: 'TypeError' }],
    ['no provider', { provider: {} }, { name: 'TypeError' }],
    ['no type', {}, { name: 'TypeError' }],
    ['nothing', undefined, { name: 'TypeError' }],
  ])('refuses %s', async (_name, config, expected) => {
    const error = await StorageManager.open(config as 'memory').catch((fault: unknown) => fault)
    expect(error).toMatchObject(expected)
    expect(String(error)).not.toContain('pw')
  })

  it('names what is known', async () => {
    await expect(
      StorageManager.open({ storageType: 'tape', basePath: '' } as never),
    ).rejects.toThrow(/memory, file, azure, s3/)
    await expect(StorageManager.open('gopher:')).rejects.toThrow(/memory:, file:, azblob:, s3:/)
  })

  it('closes what it opened when the layers are refused', async () => {
    const backend = new MemoryStorageBackend()
    const layers = [(() => backend) as never]
    const fromConfig = (): Promise<MemoryStorageBackend> => Promise.resolve(backend)
    const provider = { storageType: 'x', protocols: [], fromConfig, fromUrl: fromConfig }
    await expect(StorageManager.open({ provider }, { layers })).rejects.toThrow(TypeError)
    await expect(backend.stat('k')).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('tells why the layers are refused, although the backend does not close either', async () => {
    const backend = new MemoryStorageBackend()
    backend.close = () => Promise.reject(new Error('stuck'))
    const fromConfig = (): Promise<MemoryStorageBackend> => Promise.resolve(backend)
    const provider = { storageType: 'x', protocols: [], fromConfig, fromUrl: fromConfig }
    const layers = [(() => backend) as never]
    await expect(StorageManager.open({ provider }, { layers })).rejects.toThrow(/is no layer/)
  })

  it("leaves the caller's own backend open when the layers are refused", async () => {
    const backend = new MemoryStorageBackend()
    const layers = [(() => backend) as never]
    await expect(StorageManager.open(backend, { layers })).rejects.toThrow(TypeError)
    await expect(StorageManager.open({ backend }, { layers })).rejects.toThrow(TypeError)
    await expect(backend.stat('k')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('configFromEnvironment', () => {
  it.each([
    [{ AOS_STORAGE_URL: 'memory:' }, 'memory:'],
    [{ AOS_STORAGE_TYPE: 'memory', AOS_STORAGE_URL: '' }, { storageType: 'memory' }],
    [
      { AOS_STORAGE_TYPE: 'file', AOS_STORAGE_BASE_PATH: './d' },
      { storageType: 'file', basePath: './d' },
    ],
    [
      { AOS_STORAGE_TYPE: 'azure', AZURE_STORAGE_CONNECTION_STRING: 'c', AOS_AZURE_CONTAINER: 'b' },
      { storageType: 'azure', connectionString: 'c', container: 'b' },
    ],
    [
      {
        AOS_STORAGE_TYPE: 'azure',
        AOS_AZURE_CONNECTION_STRING: 'own',
        AZURE_STORAGE_CONNECTION_STRING: 'c',
        AOS_AZURE_CONTAINER: 'b',
        AOS_AZURE_PREFIX: 'p/',
      },
      { storageType: 'azure', connectionString: 'own', container: 'b', prefix: 'p/' },
    ],
    [
      { AOS_STORAGE_TYPE: 's3', AOS_S3_BUCKET: 'b' },
      { storageType: 's3', bucket: 'b' },
    ],
    [
      {
        ...{ AOS_STORAGE_TYPE: 's3', AOS_S3_BUCKET: 'b', AOS_S3_PREFIX: 'p/' },
        ...{ AOS_S3_ENDPOINT: 'http://127.0.0.1:9000', AOS_S3_REGION: 'r' },
      },
      {
        ...{ storageType: 's3', bucket: 'b', prefix: 'p/' },
        ...{ endpoint: 'http://127.0.0.1:9000', region: 'r' },
      },
    ],
    [{ AOS_STORAGE_TYPE: 'memory', AOS_AZURE_CONTAINER: 'b' }, { storageType: 'memory' }],
  ])('%j', (env, config) => expect(configFromEnvironment(env)).toEqual(config))

  it.each([
    [{}, /Neither AOS_STORAGE_URL nor AOS_STORAGE_TYPE/],
    [{ AOS_STORAGE_TYPE: 'file' }, /AOS_STORAGE_BASE_PATH is not set/],
    [{ AOS_STORAGE_TYPE: 'tape' }, /AOS_STORAGE_TYPE is not memory, file, azure or s3/],
    [{ AOS_STORAGE_TYPE: 'azure' }, /AZURE_STORAGE_CONNECTION_STRING is set/],
    [{ AOS_STORAGE_TYPE: 's3' }, /AOS_S3_BUCKET is not set/],
    [{ AOS_STORAGE_TYPE: 'azure', AOS_STORAGE_BASE_PATH: 'x' }, /only for/],
    [{ AOS_STORAGE_TYPE: 'memory', AOS_STORAGE_BASE_PATH: 'x' }, /only for/],
    [{ AOS_STORAGE_URL: 'memory:', AOS_STORAGE_TYPE: 'memory' }, /exclude/],
    [{ AOS_STORAGE_URL: 'memory:', AOS_STORAGE_BASE_PATH: 'x' }, /exclude/],
    [{ AOS_STORAGE_URL: 'http://u:pw@:x' }, /AOS_STORAGE_URL does not parse/],
  ])('%j is refused', (env, message) => {
    expect(() => configFromEnvironment(env)).toThrow(message)
    expect(() => configFromEnvironment(env)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})

describe('the protocol of a URL', () => {
  it('may be written in any case', async () => {
    const error = await StorageManager.open('FILE:./data').catch((fault: unknown) => fault)
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    // The package of the file backend may be missing here, but the URL is none to refuse.
    const opened = await StorageManager.open('FILE:///dev/null/store').catch(
      (fault: unknown) => fault,
    )
    expect(String(opened)).not.toContain('A file URL is absolute')
  })
})
