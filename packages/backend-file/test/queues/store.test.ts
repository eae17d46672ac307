/** Embedded queues as users open them, beside the objects and tables of the same folder. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { openQueues, StorageManager } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { FileStorageBackend, SqliteQueueBackend, SqliteQueueStore } from '../../src/index.ts'
import { tempFolder } from '../support/open.ts'

const large = { text: 'x'.repeat(100_000) }

it('one configuration opens objects and queues, and large payloads go along', async () => {
  const basePath = await tempFolder()
  const queues = await openQueues({ storageType: 'file', basePath })
  const objects = await StorageManager.open({ storageType: 'file', basePath })
  onTestFinished(async () => {
    await queues.close()
    await objects.close()
  })
  await queues.createQueue('work')
  await objects.save('notes/a', 'hello')
  await queues.sendMessage('work', large)
  const claims = await objects.listKeys('queue-claims/')
  expect(claims).toHaveLength(1)
  const message = await queues.receiveMessage('work')
  expect(await message!.load()).toEqual(large)
  await queues.deleteMessage('work', message!)
  expect(await objects.listKeys()).toEqual(['notes/a'])
})

it('a URL opens them too', async () => {
  const basePath = await tempFolder()
  const queues = await openQueues(`${pathToFileURL(basePath).href}?durability=none`)
  expect(queues.name).toBe('sqlite')
  expect(queues.capabilities.durability).toBe('process')
  await queues.close()
})

it('the class by itself claims in its folder, or nowhere', async () => {
  const basePath = await tempFolder()
  const store = new SqliteQueueStore({ basePath })
  await store.createQueue('work')
  await store.sendMessage('work', large)
  await store.close()
  const narrow = new SqliteQueueStore({ basePath, claims: false })
  await expect(narrow.sendMessage('work', large)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  await narrow.close()
  expect(() => new SqliteQueueStore({ basePath, claim: false } as never)).toThrow(TypeError)
  expect(() => new SqliteQueueBackend({ basePath, durabilty: 'none' } as never)).toThrow(TypeError)
})

it('the objects’ check and sweeps leave the queues alone; the file is private', async () => {
  const basePath = await tempFolder()
  const store = new SqliteQueueStore({ basePath })
  await store.createQueue('work')
  await store.sendMessage('work', 1)
  const files = new FileStorageBackend({ basePath })
  await files.write('a', Buffer.from('x'), { contentType: 'text/plain; charset=utf-8' })
  const report = await files.verify()
  expect(report.findings).toEqual([])
  expect(report.objects).toBe(1)
  await files.close()
  expect(await store.length('work')).toBe(1)
  await store.close()
  expect(statSync(join(basePath, '.aos/queues.db')).mode & 0o777).toBe(0o600)
})

it('another process that holds the lock is waited for, then told as LOCKED', async () => {
  const basePath = await tempFolder()
  const clock = virtualClock()
  const backend = new SqliteQueueBackend({ basePath, clock, lockWaitMsMax: 500 })
  await backend.createQueue('work')
  const other = new DatabaseSync(join(basePath, '.aos/queues.db'))
  onTestFinished(async () => {
    other.close()
    await backend.close()
  })
  other.exec('BEGIN IMMEDIATE')
  const refused = backend.send('work', Buffer.from('x')).catch((error: unknown) => error)
  const controller = new AbortController()
  const aborted = backend
    .send('work', Buffer.from('y'), { signal: controller.signal })
    .catch((error: unknown) => error)
  // Reads need no lock.
  expect(await backend.length('work')).toBe(0)
  controller.abort()
  expect(await aborted).toMatchObject({ code: 'ABORTED' })
  await clock.advance(600)
  expect(await refused).toMatchObject({
    code: 'LOCKED',
    retryable: 'yes',
    backend: 'sqlite',
    operation: 'send',
    key: 'work',
  })
  const waiting = backend.send('work', Buffer.from('z'))
  await clock.advance(100)
  other.exec('ROLLBACK')
  await clock.advance(100)
  await waiting
  expect(await backend.length('work')).toBe(1)
})

it('a body over the limit is refused; one that changes after the call is copied', async () => {
  const basePath = await tempFolder()
  const backend = new SqliteQueueBackend({ basePath })
  onTestFinished(() => backend.close())
  await backend.createQueue('work')
  const most = backend.capabilities.messageBytesMax
  await backend.send('work', new Uint8Array(most))
  const over = new Uint8Array(most + 1)
  const place = { code: 'QUOTA_EXCEEDED', backend: 'sqlite', key: 'work' }
  await expect(backend.send('work', over)).rejects.toMatchObject(place)
  const [held] = await backend.receive('work')
  const options = { visibilitySeconds: 0, body: over }
  const update = backend.update('work', held!.id, held!.receipt, options)
  await expect(update).rejects.toMatchObject(place)
  await backend.clear('work')
  const body = Buffer.from('before')
  const sent = backend.send('work', body)
  body.fill('!')
  await sent
  const [message] = await backend.receive('work')
  expect(Buffer.from(message!.body!).toString()).toBe('before')
})
