/** A store whose etags are made of the bytes, as S3's are. */
import { createHash } from 'node:crypto'
import type { StorageBackend } from '../../src/index.ts'
import { MemoryStorageBackend } from '../../src/index.ts'

/** @param inner A memory backend, of which nothing but its methods is used. */
export function contentEtags(inner: StorageBackend): StorageBackend {
  const hashes = new Map<string, string>()
  const hashOf = (body: Uint8Array): string => createHash('md5').update(body).digest('hex')
  const told = <T extends { readonly key: string; readonly etag: string }>(info: T): T => ({
    ...info,
    etag: hashes.get(info.etag)!,
  })
  /** The inner etag of what is there, where its contents are those that are asked for. */
  const innerEtag = async (key: string, etag: string): Promise<string> => {
    const info = await inner.stat(key).catch(() => undefined)
    return info !== undefined && hashes.get(info.etag) === etag ? info.etag : 'another'
  }
  const backend = new MemoryStorageBackend()
  Object.defineProperty(backend, 'capabilities', {
    value: { ...inner.capabilities, etagIdentity: 'content' },
  })
  return Object.assign(backend, {
    write: async (...[key, body, options]: Parameters<StorageBackend['write']>) => {
      const { ifMatch } = options
      const own =
        ifMatch === undefined ? options : { ...options, ifMatch: await innerEtag(key, ifMatch) }
      const info = await inner.write(key, body, own)
      hashes.set(info.etag, hashOf(body as Uint8Array))
      return told(info)
    },
    read: async (...given: Parameters<StorageBackend['read']>) => {
      const result = await inner.read(...given)
      return { ...result, info: told(result.info) }
    },
    stat: async (...given: Parameters<StorageBackend['stat']>) => told(await inner.stat(...given)),
    list: async (...given: Parameters<StorageBackend['list']>) => {
      const page = await inner.list(...given)
      return { ...page, objects: page.objects.map((object) => ({ ...object, etag: 'listed' })) }
    },
    deleteMany: inner.deleteMany.bind(inner),
    delete: inner.delete.bind(inner),
  })
}
