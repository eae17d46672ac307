/** Opening: by configuration, URL and environment, and what is refused before anything is sent. */
import { BlobServiceClient } from '@azure/storage-blob'
import { configFromEnvironment, StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it, vi } from 'vitest'
import { AzureStorageBackend, provider } from '../../src/index.ts'
import { newContainer } from '../support/container.ts'

const connectionString = 'UseDevelopmentStorage=true'

describe('options', () => {
  it.each<[string, object, object]>([
    ['none', undefined as never, { name: 'TypeError' }],
    ['a slip of the pen', { connectionString, continer: 'data' }, { name: 'TypeError' }],
    ['a bad container', { connectionString, container: 'Data_1' }, { code: 'INVALID_ARGUMENT' }],
    ['two dashes', { connectionString, container: 'a--b' }, { code: 'INVALID_ARGUMENT' }],
    ['a number', { connectionString, container: 3 }, { name: 'TypeError' }],
    [
      'no block',
      { connectionString, container: 'data', blockBytes: 0 },
      { code: 'INVALID_ARGUMENT' },
    ],
    [
      'a bad prefix',
      { connectionString, container: 'data', prefix: 'a//b' },
      { code: 'INVALID_ARGUMENT' },
    ],
    [
      'a dotted prefix',
      { connectionString, container: 'data', prefix: 'a./' },
      { code: 'INVALID_ARGUMENT' },
    ],
    [
      'a credential without token',
      { accountUrl: 'https://a.blob.example', credential: {}, container: 'data' },
      { name: 'TypeError' },
    ],
  ])('with %s are refused', (_name, options, expected) => {
    expect(() => new AzureStorageBackend(options as never)).toThrow(
      expect.objectContaining(expected),
    )
  })

  it('with a client that sends plain text through a network are refused', () => {
    const client = new BlobServiceClient('http://acme.blob.example')
    expect(() => new AzureStorageBackend({ client, container: 'data' })).toThrow(/plain http/)
    const secure = new BlobServiceClient('https://acme.blob.example?sig=s3cr3t')
    const container = '$logs'
    expect(new AzureStorageBackend({ client: secure, container }).container).toBe('$logs')
  })

  it('give a prefix its slash, and take its bytes off the longest key', async () => {
    const options = { connectionString, container: 'data', prefix: 'tenant/a' }
    const backend = new AzureStorageBackend(options)
    expect(backend.capabilities.keyBytesMax).toBe(1024 - 'tenant/a/'.length)
    await expect(backend.stat('k'.repeat(1020))).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await backend.close()
  })
})

describeWithService('azurite', (service) => {
  it('a configuration, a URL and the environment open the same store', async () => {
    const { name } = await newContainer(service.url)
    const config = { storageType: 'azure', connectionString: service.url, container: name } as const
    const first = await StorageManager.open({ ...config, prefix: 'tenant/ä' })
    await first.save('doc', { a: 1 })
    await first.close()
    vi.stubEnv('AOS_AZURE_CONNECTION_STRING', '')
    vi.stubEnv('AZURE_STORAGE_CONNECTION_STRING', service.url)
    const url = `azblob://${name}/tenant/${encodeURIComponent('ä')}`
    const second = await StorageManager.open(url)
    expect(await second.load('doc')).toEqual({ a: 1 })
    await second.close()
    const env = {
      AOS_STORAGE_TYPE: 'azure',
      AOS_AZURE_CONNECTION_STRING: service.url,
      AOS_AZURE_CONTAINER: name,
    }
    const third = await StorageManager.open(configFromEnvironment(env))
    expect(await third.listKeys()).toEqual(['tenant/ä/doc'])
    await third.close()
    vi.unstubAllEnvs()
  })

  it('a configuration without a container opens no store', async () => {
    const config = { storageType: 'azure', connectionString: service.url } as const
    const refused = { code: 'INVALID_ARGUMENT' }
    await expect(StorageManager.open(config)).rejects.toMatchObject(refused)
  })

  it('a URL without an account, or with what belongs elsewhere, is refused', async () => {
    vi.stubEnv('AOS_AZURE_CONNECTION_STRING', '')
    vi.stubEnv('AZURE_STORAGE_CONNECTION_STRING', '')
    const refused = { code: 'INVALID_ARGUMENT' }
    await expect(provider.fromUrl(new URL('azblob://data'))).rejects.toThrow(/names no account/)
    vi.stubEnv('AOS_AZURE_CONNECTION_STRING', service.url)
    for (const text of [
      'azblob://u:s3cr3t@data',
      'azblob://data?sig=s3cr3t',
      'azblob:///x',
      'azblob://data/%E0',
    ]) {
      const error = await provider.fromUrl(new URL(text)).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject(refused)
      expect(String(error)).not.toContain('s3cr3t')
    }
    vi.unstubAllEnvs()
  })
})
