/** The program of a child process of the objects' kit; see `child-program.ts`. */
import type { StorageBackend } from '../backend.ts'
import { isStorageError } from '../errors.ts'
import { type Handlers, serveChild } from './child-program.ts'
import type { ChildCommands } from './child-protocol.ts'
import { readBytes } from './conformance/objects.ts'
import { versionedBody, versionOf } from './versioned-body.ts'

const write = { contentType: 'application/octet-stream' }

function handlersOf(
  backend: StorageBackend,
  progress: (value: number) => Promise<void>,
): Handlers<ChildCommands> {
  let releaseHeld: (() => Promise<Uint8Array>) | undefined
  return {
    async createAll({ keys, mark }) {
      const outcomes = await Promise.all(keys.map((key) => create(backend, key, mark)))
      return { won: keys.filter((_, index) => outcomes[index]) }
    },
    async increment({ key, times }) {
      let conflicts = 0
      for (let done = 0; done < times;) {
        if (await increment(backend, key)) done++
        else conflicts++
      }
      return { conflicts }
    },
    async overwrite({ key, times }) {
      const etags: string[] = []
      for (let at = 0; at < times; at++) {
        const { etag } = await backend.write(key, versionedBody(at, 100), write)
        etags.push(etag)
      }
      return { etags }
    },
    async overwriteForever({ key, bytesMax, from }) {
      for (let version = from; ; version++) {
        // Sizes differ, so that a mix would also show in the length.
        const bytes = 8 + ((version * 7919) % bytesMax)
        const body = versionedBody(version, bytes)
        await backend.write(key, version % 2 === 0 ? body : pieces(body), write)
        await progress(version)
      }
    },
    async createForever({ prefix }) {
      for (let number = 0; ; number++) {
        await backend.write(`${prefix}/${number}`, versionedBody(number, 1000), write)
        await progress(number)
      }
    },
    async readVersions({ key, times }) {
      const versions: number[] = []
      for (let at = 0; at < times; at++) versions.push(versionOf(await readBytes(backend, key)))
      return { versions }
    },
    async hold({ key }) {
      const { info, body } = await backend.read(key)
      if (body instanceof Uint8Array) {
        releaseHeld = async () => body
        return { etag: info.etag }
      }
      const iterator = body[Symbol.asyncIterator]()
      const first = await iterator.next()
      const chunks: Uint8Array[] = first.done === true ? [] : [first.value]
      releaseHeld = async () => {
        for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) chunks.push(chunk)
        return Buffer.concat(chunks)
      }
      return { etag: info.etag }
    },
    async release() {
      return { version: versionOf(await releaseHeld!()) }
    },
    async close() {
      await backend.close()
      return {}
    },
  }
}

async function create(backend: StorageBackend, key: string, mark: string): Promise<boolean> {
  try {
    await backend.write(key, Buffer.from(mark), { ...write, ifNoneMatch: '*' })
    return true
  } catch (error) {
    if (isStorageError(error, 'ALREADY_EXISTS', 'CONFLICT')) return false
    throw error
  }
}

async function increment(backend: StorageBackend, key: string): Promise<boolean> {
  try {
    const { etag } = await backend.stat(key)
    const bytes = await readBytes(backend, key, { ifMatch: etag })
    const next = Buffer.from(String(Number(Buffer.from(bytes).toString()) + 1))
    await backend.write(key, next, { ...write, ifMatch: etag })
    return true
  } catch (error) {
    if (isStorageError(error, 'PRECONDITION_FAILED', 'CONFLICT')) return false
    throw error
  }
}

async function* pieces(body: Uint8Array): AsyncGenerator<Uint8Array> {
  const pieceBytes = Math.max(1, Math.ceil(body.byteLength / 5))
  for (let at = 0; at < body.byteLength; at += pieceBytes) {
    yield body.subarray(at, at + pieceBytes)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

await serveChild<ChildCommands>(handlersOf)
