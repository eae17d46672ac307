/** What is the only copy of an object is never replaced, and copies are not copied for ever. */
import { expect, it } from 'vitest'
import {
  applyLayers,
  type ListedObject,
  MemoryStorageBackend,
  migrate,
  type MigrateOptions,
  prefix,
  type StorageBackend,
} from '../../src/index.ts'
import { faults } from '../../src/testing/index.ts'
import { contentEtags } from '../versions/content-etags.ts'
import { claiming, filledStore, inventory, journalPath } from './support/stores.ts'

const text = { contentType: 'text/plain', metadata: {} }

/** Two objects of one size, which a function gives one key. */
async function twoOfOneKey(): Promise<MemoryStorageBackend> {
  const source = new MemoryStorageBackend()
  await source.write('a', Buffer.from('first'), text)
  await source.write('b', Buffer.from('other'), text)
  return source
}

it.each(['fail', 'skip'] as const)(
  'keeps the only copy of a deleted source when it goes on, existing: %s',
  async (existing) => {
    const source = await twoOfOneKey()
    const destination = new MemoryStorageBackend()
    const ending = new AbortController()
    const injector = faults({
      onCrash: () => ending.abort(),
      rules: [{ operation: 'delete', fault: { kind: 'crash', point: 'after' } }],
    })
    const options: MigrateOptions = {
      mapKeys: () => 'x',
      deleteSource: 'verified',
      existing,
      concurrency: 1,
      journal: await journalPath(),
    }
    const killed = { ...options, signal: ending.signal }
    const from = applyLayers(source, [injector])
    await expect(migrate(from, destination, killed).done).rejects.toThrow('stopped')
    expect([...(await inventory(source)).keys()]).toEqual(['b'])
    const copy = await inventory(destination)
    const report = await migrate(from, destination, options).done
    expect(report).toMatchObject({ isResumed: true, copied: 1, deleted: 1 })
    expect(report.failed + report.skipped).toBe(1)
    expect([...(await inventory(source)).keys()]).toEqual(['b'])
    expect(await inventory(destination)).toEqual(copy)
  },
)

it('deletes no source whose metadata changed, where etags are of the bytes', async () => {
  const inner = new MemoryStorageBackend()
  const source = contentEtags(inner)
  const list = inner.list.bind(inner)
  const toldBy = async (key: string): Promise<ListedObject> => source.stat(key)
  Object.assign(source, {
    list: async (options: Parameters<typeof list>[0]) => {
      const page = await list(options)
      return { ...page, objects: await Promise.all(page.objects.map(({ key }) => toldBy(key))) }
    },
    delete: (key: string) => inner.delete(key),
  })
  const write = (key: string, by: string) =>
    source.write(key, Buffer.from('same'), { ...text, metadata: { by } })
  await write('changed', 'before')
  await write('still', 'before')
  const injector = faults({
    onCrash: ({ keys }) => void (keys[0] === 'changed' && write('changed', 'after')),
    rules: [{ operation: 'write', fault: { kind: 'crash', point: 'after' } }],
  })
  const destination = applyLayers(new MemoryStorageBackend(), [injector])
  const report = await migrate(source, destination, { deleteSource: 'verified' }).done
  expect(report).toMatchObject({ copied: 2, deleted: 1, failed: 1 })
  expect(report.failures).toMatchObject([{ key: 'changed', code: 'CONFLICT' }])
  expect((await inner.stat('changed')).metadata).toEqual({ by: 'after' })
})

it('deletes no source where a function could have another one replace its copy', () => {
  const [source, destination] = [new MemoryStorageBackend(), new MemoryStorageBackend()]
  for (const existing of ['update', 'replace'] as const) {
    const options: MigrateOptions = { mapKeys: (key) => key, deleteSource: 'verified', existing }
    expect(() => migrate(source, destination, options)).toThrow('the only copy')
  }
})

it('does not copy its own copies, where one store is within the other', async () => {
  // Behind the first page, which is listed before there are copies.
  const store = await filledStore(30)
  const source = pagesOf(store, 5)
  const within = applyLayers(source, [prefix('z')])
  for (const [destination, options] of [
    [within, {}],
    [within, { deleteSource: 'verified' }],
    [applyLayers(source, []), { mapKeys: { prefix: ['', 'z/'] } }],
  ] as const) {
    const job = migrate(claimingNothing(source), destination, options)
    await expect(job.done).rejects.toThrow(/say exclude: \['z\/\*\*'\]$/)
  }
  const copied = await migrate(source, within, { exclude: ['z/**'] }).done
  expect(copied).toMatchObject({ outcome: 'complete', failed: 0 })
  const back = migrate(within, claimingNothing(source), { existing: 'skip' })
  expect(await back.done).toMatchObject({ outcome: 'complete' })
})

it('sees that two handles are of one store, where that says what it is', async () => {
  const store = await filledStore(5)
  await store.write('a/x', Buffer.from('x'), text)
  await store.write('a/b/y', Buffer.from('y'), text)
  const opened = (folder: string, endpoint = 'one.example'): StorageBackend =>
    handleOf(store, folder, { bucket: 'b', endpoint, prefix: folder })
  const own = (copies: string): string => `say exclude: ['${copies}**']`
  await expect(migrate(opened(''), opened('k/')).done).rejects.toThrow(own('k/'))
  await expect(migrate(opened('a/'), opened('a/b/')).done).rejects.toThrow(own('b/'))
  const mapKeys = { prefix: ['', 'b/'] } as const
  await expect(migrate(opened('a/'), opened('a/'), { mapKeys }).done).rejects.toThrow(own('b/'))
  // Side by side, or of another service: nothing of it is a copy.
  for (const [source, destination] of [
    [opened('a/'), opened('c/')],
    [opened('a/b/'), opened('a/')],
    [opened('a/'), opened('a/b/', 'two.example')],
  ] as const) {
    const job = migrate(source, destination, { dryRun: true })
    expect((await job.done).outcome).toBe('complete')
  }
})

/** A handle of a part of a store, as a service's backend is one of a bucket's prefix. */
function handleOf(
  store: StorageBackend,
  folder: string,
  details: Readonly<Record<string, string>>,
): StorageBackend {
  const view = folder === '' ? store : applyLayers(store, [prefix(folder)])
  return new Proxy(view, {
    // No view that the migration knows.
    getPrototypeOf: () => null,
    get(target, name) {
      if (name === 'name') return 'bucket'
      if (name === 'health') return async () => ({ ...(await target.health()), details })
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

function pagesOf(store: StorageBackend, limit: number): StorageBackend {
  const list = store.list.bind(store)
  return Object.assign(store, {
    list: (options: Parameters<typeof list>[0]) => list({ ...options, limit }),
  })
}

/** Another handle of the same store. */
function claimingNothing(store: StorageBackend): StorageBackend {
  return claiming(store, {})
}
