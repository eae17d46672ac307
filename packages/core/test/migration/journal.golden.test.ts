/** The format of journals, as docs/formats/migration-journal.md has it: written and read alike. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import {
  applyLayers,
  MemoryStorageBackend,
  migrate,
  type MigrateOptions,
  StorageError,
} from '../../src/index.ts'
import { readJournal } from '../../src/migration/journal/reading.ts'
import { faults, seededRandom, virtualClock } from '../../src/testing/index.ts'
import { journalPath, masked } from './support/stores.ts'

const fixture = new URL('fixtures/v2/migration.journal', import.meta.url)

/** A migration with one line of nearly every kind, the same at any time. */
async function writeJournal(): Promise<string> {
  const clock = virtualClock()
  const random = seededRandom(1)
  const journal = await journalPath()
  const source = new MemoryStorageBackend({ clock, random })
  const destination = new MemoryStorageBackend({ clock, random })
  const text = { contentType: 'text/plain; charset=utf-8' }
  for (const key of ['a', 'b', 'c', 'd', 'é/"q"']) {
    await source.write(key, Buffer.from(key), text)
  }
  await destination.write('x/b', Buffer.from('b'), text)
  const injector = faults({ seed: 1 })
  injector.add({ operation: 'read', key: 'c', fault: { kind: 'error', error: 'NOT_FOUND' } })
  const error = new StorageError('CORRUPT', 'The envelope is damaged')
  injector.add({ operation: 'read', key: 'd', fault: { kind: 'error', error } })
  const options: MigrateOptions = {
    ...{ clock, random, journal, concurrency: 1 },
    mapKeys: { prefix: ['', 'x/'] },
    deleteSource: 'verified',
  }
  await migrate(masked(applyLayers(source, [injector])), destination, options).done
  await migrate(masked(applyLayers(source, [injector])), destination, options).done
  return readFileSync(journal, 'utf8')
}

it('is written as it was', async () => {
  expect(await writeJournal()).toBe(readFileSync(fixture, 'utf8'))
})

it('is read as it was', async () => {
  const { header, memory, goodBytes } = await readJournal(fileURLToPath(fixture))
  expect(header).toMatchObject({ source: 'memory', options: { deleteSource: 'verified' } })
  expect(memory).toMatchObject({ isEnded: true, through: 'd', counts: { failed: 1, copied: 0 } })
  expect(goodBytes).toBe(readFileSync(fixture).byteLength)
})

it('is told in the document as it is', () => {
  const document = readFileSync(
    new URL('../../../../docs/formats/migration-journal.md', import.meta.url),
    'utf8',
  )
  // As many as fit the page.
  const lines = readFileSync(fixture, 'utf8').split('\n')
  const short = lines.filter((line) => line.length <= 100)
  expect(short.length).toBeGreaterThan(6)
  for (const line of short) expect(document).toContain(line)
})
