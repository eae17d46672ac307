import { appendFileSync } from 'node:fs'
import {
  appendFile,
  chmod,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  audit,
  type AuditEntry,
  fileSink,
  keyPrefixSink,
  MemoryStorageBackend,
  type Random,
  readAuditLog,
  StorageManager,
} from '../../src/index.ts'
import { faults, openHandles, seededRandom, virtualClock } from '../../src/testing/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos-audit-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function entry(resource: string): AuditEntry {
  return {
    version: 1,
    id: '00000000-0000-4000-8000-000000000000',
    at: '2026-11-26T21:47:12.123Z',
    actor: 'system',
    action: 'write',
    resource,
    outcome: 'success',
    backend: 'memory',
  }
}

async function resourcesIn(path: string): Promise<string[]> {
  const lines = await Array.fromAsync(readAuditLog([await readFile(path)]))
  return lines.map((line) => ('entry' in line ? line.entry.resource : line.fault))
}

/** Puts a fragment into the file right before the next write to any file of this process. */
async function spoilNextWrite(path: string, fragment: string): Promise<{ count: number }> {
  const handle = await open(path)
  const prototype = Object.getPrototypeOf(handle) as { write: (...given: unknown[]) => unknown }
  await handle.close()
  const { write } = prototype
  const spoil = { count: 0 }
  prototype.write = function (...given: unknown[]) {
    prototype.write = write
    spoil.count++
    appendFileSync(path, fragment)
    return write.apply(this, given)
  }
  return spoil
}

describe('the file sink', () => {
  it('appends lines to a file that only its owner reads', async () => {
    const path = join(folder, 'plain.log')
    const sink = fileSink(path)
    await sink.append([entry('a'), entry('b')])
    await sink.append([entry('c\n\u2028"')])
    await sink.close!()
    await sink.append([entry('d')])
    await sink.close!()
    await sink.close!()
    expect(await resourcesIn(path)).toEqual(['a', 'b', 'c\n\u2028"', 'd'])
    const text = await readFile(path, 'utf8')
    expect(text.split('\n')).toHaveLength(5)
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
  })

  it('begins a line of its own behind a fragment that a dead writer left', async () => {
    const path = join(folder, 'torn.log')
    const sink = fileSink(path, { durability: 'process' })
    await sink.append([entry('a')])
    // Also one that came while the file was open.
    await appendFile(path, '{"version":1,"id":"x","at"')
    await sink.append([entry('b')])
    await sink.append([entry('c')])
    await sink.close!()
    expect(await resourcesIn(path)).toEqual(['a', 'torn', 'b', 'c'])
  })

  it('writes again what another writer’s fragment took the beginning of', async () => {
    const path = join(folder, 'swallowed.log')
    const sink = fileSink(path, { durability: 'process' })
    await sink.append([entry('a')])
    // The fragment comes in between the look at the end and the append.
    const fragment = '{"version":1,"id"'
    const spoil = await spoilNextWrite(path, fragment)
    await sink.append([entry('b')])
    expect(spoil.count).toBe(1)
    await sink.append([entry('c')])
    await sink.close!()
    const resources = await resourcesIn(path)
    expect(resources.filter((resource) => resource !== 'torn')).toEqual(['a', 'b', 'c'])
  })

  it('goes on in a new file once its own was renamed, and after it was cut', async () => {
    const path = join(folder, 'rotated.log')
    const sink = fileSink(path)
    await sink.append([entry('a')])
    await rename(path, `${path}.1`)
    await sink.append([entry('b')])
    await sink.append([entry('c')])
    await truncate(path, 0)
    await sink.append([entry('d')])
    await sink.close!()
    expect(await resourcesIn(`${path}.1`)).toEqual(['a'])
    expect(await resourcesIn(path)).toEqual(['d'])
  })

  it('keeps appends in order, also those that are asked for at once', async () => {
    const path = join(folder, 'order.log')
    const sink = fileSink(path, { durability: 'process' })
    const names = Array.from({ length: 50 }, (_, at) => `k${at}`)
    await Promise.all(names.map((name) => sink.append([entry(name)])))
    await sink.close!()
    expect(await resourcesIn(path)).toEqual(names)
  })

  it('rejects where it cannot write, and goes on once it can', async () => {
    const lost = fileSink(join(folder, 'no-such-folder', 'a.log'))
    await expect(lost.append([entry('a')])).rejects.toThrow(/a\.log" does not exist; make it$/)
    await lost.close!()
    const device = fileSink('/dev/null')
    await expect(device.append([entry('a')])).rejects.toThrow(/no file/)
    const full = fileSink('/dev/full')
    await expect(full.append([entry('a')])).rejects.toThrow(/no file/)
    if (process.getuid?.() === 0) return
    const path = join(folder, 'denied.log')
    await appendFile(path, '')
    await chmod(path, 0o400)
    const denied = fileSink(path)
    await expect(denied.append([entry('a')])).rejects.toThrow('EACCES')
    await chmod(path, 0o600)
    await denied.append([entry('b')])
    await denied.close!()
    expect(await resourcesIn(path)).toEqual(['b'])
  })

  it('holds one file open, and none after a failure or its close', async () => {
    const before = openHandles().count
    for (let at = 0; at < 20; at++) {
      const sink = fileSink(join(folder, `handle-${at}.log`))
      await sink.append([entry('a')])
      await sink.close!()
      await expect(fileSink('/dev/null').append([entry('a')])).rejects.toThrow(/no file/)
    }
    expect(openHandles().count - before).toBeLessThan(5)
  })

  it('refuses what is no path and no durability', () => {
    expect(() => fileSink('')).toThrow(TypeError)
    expect(() => fileSink('a', { durability: 'none' as never })).toThrow(TypeError)
    expect(() => fileSink('a', { sync: true } as never)).toThrow(/unknown option/)
  })
})

describe('the key prefix sink', () => {
  it('writes each append as an object of its own, keys in order of time', async () => {
    const store = new MemoryStorageBackend()
    const clock = virtualClock({ nowMs: Date.UTC(2026, 10, 26, 21, 47, 12, 123) })
    const sink = keyPrefixSink(store, 'audit/', { clock, random: seededRandom(1) })
    await sink.append([entry('a'), entry('b')])
    clock.setNow(Date.UTC(2026, 10, 25))
    await sink.append([entry('c')])
    clock.setNow(Date.UTC(2026, 10, 27))
    await sink.append([entry('d')])
    const { objects } = await store.list()
    const names = objects.map(({ key }) => key.replace(/-[0-9a-f]{32}-/, '-WRITER-'))
    expect(names).toEqual([
      'audit/2026-11-26/20261126T214712123Z-WRITER-000000.ndjson',
      'audit/2026-11-26/20261126T214712123Z-WRITER-000001.ndjson',
      'audit/2026-11-27/20261127T000000000Z-WRITER-000002.ndjson',
    ])
    const found: string[] = []
    for (const { key, contentType } of objects) {
      expect(contentType).toBe('application/x-ndjson')
      const { body } = await store.read(key)
      for await (const line of readAuditLog([body as Uint8Array])) {
        if ('entry' in line) found.push(line.entry.resource)
      }
    }
    expect(found).toEqual(['a', 'b', 'c', 'd'])
  })

  it('knows its own object when the answer was lost, and never writes over another', async () => {
    const store = new MemoryStorageBackend()
    const injector = faults({ seed: 1 })
    const options = { clock: { ...virtualClock(), sleep: async () => undefined } }
    const sink = keyPrefixSink(injector(store), 'audit', options)
    injector.loseNext('write')
    await sink.append([entry('a')])
    expect((await store.list()).objects).toHaveLength(1)
    // The same writer's name, and other ids of writes.
    const twin = (...ids: string[]): Random => ({ next: () => 0, id: () => ids.shift()! })
    const one = keyPrefixSink(store, 'twin', { ...options, random: twin('w', '1') })
    const other = keyPrefixSink(store, 'twin', { ...options, random: twin('w', '2') })
    await one.append([entry('a')])
    await expect(other.append([entry('b')])).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  it('refuses what is no backend and no prefix', () => {
    expect(() => keyPrefixSink({} as never, 'a')).toThrow(TypeError)
    expect(() => keyPrefixSink(new MemoryStorageBackend(), '/')).toThrow(/Key/)
    expect(() => keyPrefixSink(new MemoryStorageBackend(), 1 as never)).toThrow(TypeError)
  })
})

it('a file in a folder that is missing is told with the code of the cause', async () => {
  const sink = fileSink(join(folder, 'missing', 'audit.log'))
  const storage = new StorageManager(new MemoryStorageBackend(), { layers: [audit({ sink })] })
  await expect(storage.save('k', 1)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('took no entry: it failed with ENOENT, see cause; mend it'),
  })
})

describe('the reader of a log', () => {
  it.each([
    ['a path', 'audit.log', 'not string'],
    ['a store', new MemoryStorageBackend(), 'not a MemoryStorageBackend'],
    ['bytes that are no list', new Uint8Array(3), 'not a Uint8Array'],
    ['nothing', undefined, 'not undefined'],
  ])('refuses %s, and says what to give', (_, given, told) => {
    const read = (): unknown => readAuditLog(given as never)
    expect(read).toThrow(TypeError)
    expect(read).toThrow(told)
    expect(read).toThrow('give createReadStream(path)')
  })

  it('refuses chunks of text', async () => {
    const lines = readAuditLog(['{}\n'] as never)
    await expect(lines.next()).rejects.toThrow(
      'and got string; give createReadStream(path) without an encoding',
    )
  })
})
