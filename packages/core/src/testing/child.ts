/**
 * The program of a child process: opens the store and does what the kit says, see
 * `child-protocol.ts`. It ends with its parent, so that an aborted test run leaves none behind.
 */
import type { StorageBackend } from '../backend.ts'
import { isStorageError } from '../errors.ts'
import type { ChildCommands, ChildMessage, ChildModule, ChildRequest } from './child-protocol.ts'
import { readBytes } from './conformance/objects.ts'
import { versionedBody, versionOf } from './versioned-body.ts'

type Handlers = {
  [C in keyof ChildCommands]: (
    args: ChildCommands[C]['args'],
  ) => Promise<ChildCommands[C]['result']>
}

const write = { contentType: 'application/octet-stream' }

function handlersOf(backend: StorageBackend): Handlers {
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

function send(message: ChildMessage): void {
  process.send!(message)
}

/**
 * Says that a write was acknowledged, and waits until the kit can read it, whatever becomes of this
 * process: what waits here to be sent dies with it, and a kill must find at most one write unsaid.
 */
function progress(value: number): Promise<void> {
  const message: ChildMessage = { kind: 'progress', value }
  return new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
}

async function answer(handlers: Handlers, { id, command, args }: ChildRequest): Promise<void> {
  try {
    const handle = handlers[command] as (args: unknown) => Promise<unknown>
    send({ kind: 'answer', id, result: await handle(args) })
  } catch (error) {
    send({ kind: 'failure', id, message: messageOf(error) })
  }
}

function messageOf(error: unknown): string {
  return isStorageError(error) ? `${error.code}: ${error.message}` : String(error)
}

async function main(): Promise<void> {
  const { module, args } = JSON.parse(process.argv[2]!) as ChildModule
  process.on('disconnect', () => process.exit())
  try {
    const { openChild } = (await import(module)) as {
      openChild: (args: unknown) => Promise<StorageBackend>
    }
    const handlers = handlersOf(await openChild(args))
    process.on('message', (request: ChildRequest) => void answer(handlers, request))
    send({ kind: 'ready' })
  } catch (error) {
    send({ kind: 'failure', id: undefined, message: messageOf(error) })
  }
}

await main()
