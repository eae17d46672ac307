/** What the journal of a migration remembers, refuses and survives. */
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import {
  applyLayers,
  isStorageError,
  MemoryStorageBackend,
  migrate,
  type MigrateOptions,
  migrationReport,
  prefix,
  type StorageBackend,
  type StorageError,
} from '../../src/index.ts'
import { encodeLine, type JournalLine } from '../../src/migration/journal/format.ts'
import { readJournal } from '../../src/migration/journal/reading.ts'
import { faults } from '../../src/testing/index.ts'
import { counted, fill, filledStore, inventory, journalPath, masked } from './support/stores.ts'

async function errorOf(done: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isStorageError(error)) throw new Error(`no StorageError, but ${String(error)}`)
  return error
}

function linesOf(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** A migration that ended half way, as the destination was full. */
async function halfDone(
  objects: number,
  options: MigrateOptions = {},
): Promise<{
  source: StorageBackend
  destination: StorageBackend
  journal: string
  copied: number
}> {
  const source = await filledStore(objects)
  const destination = new MemoryStorageBackend()
  const journal = await journalPath()
  const full = faults({ seed: 1 })
  full.at(Math.ceil(objects / 2), 'write', { kind: 'error', error: 'QUOTA_EXCEEDED' })
  const limited = applyLayers(destination, [full])
  const error = await errorOf(migrate(source, masked(limited), { journal, ...options }).done)
  expect(error.message).toContain('the same journal')
  return { source, destination, journal, copied: migrationReport(error)!.copied }
}

it('goes on where a full destination stopped it, and copies nothing twice', async () => {
  const { source, destination, journal, copied } = await halfDone(3000)
  expect(copied).toBeGreaterThan(1400)
  const listed = counted()
  const report = await migrate(source, destination, { journal }).done
  expect(report).toMatchObject({ isResumed: true, copied: 3000, failed: 0, unchanged: 0 })
  expect(await inventory(destination)).toEqual(await inventory(source))
  expect(listed.total('write')).toBe(0)
})

it('lists from where all is settled, and reads nothing of that again', async () => {
  const { source, destination, journal } = await halfDone(3000)
  const calls = counted()
  const before = (await inventory(destination)).size
  const watched = masked(applyLayers(source, [calls.layer]))
  await migrate(watched, destination, { journal }).done
  expect(calls.total('read')).toBe(3000 - before)
  expect(calls.total('list')).toBeLessThan(3)
})

it('is private, and holds a line for each object', async () => {
  const source = await filledStore(1200)
  const journal = await journalPath()
  await migrate(source, new MemoryStorageBackend(), { journal }).done
  expect(statSync(journal).mode & 0o777).toBe(0o600)
  const [header, ...lines] = linesOf(journal)
  expect(header).toMatchObject({ format: 'aos-migration', version: 2, source: 'memory' })
  expect(lines.filter(({ did }) => did === 'copied')).toHaveLength(1200)
  // Two on the way, one at the end of the run.
  expect(lines.filter(({ did }) => did === 'through')).toHaveLength(3)
  expect(lines.at(-1)).toMatchObject({ did: 'end', counts: { copied: 1200 } })
})

it('once ended, looks at everything anew', async () => {
  const source = await filledStore(30)
  const destination = new MemoryStorageBackend()
  const journal = await journalPath()
  await migrate(source, destination, { journal, existing: 'update' }).done
  await fill(source, 'k/00003', 4)
  const report = await migrate(source, destination, { journal, existing: 'update' }).done
  expect(report).toMatchObject({ isResumed: false, copied: 1, unchanged: 29 })
  expect((await readJournal(journal)).memory).toMatchObject({
    isEnded: true,
    counts: { copied: 1 },
  })
})

it.each<[differing: string, MigrateOptions]>([
  ['exclude [], and this one has ["x"]', { exclude: ['x'] }],
  ['mapKeys "same keys", and this one has "function', { mapKeys: (key) => `b/${key}` }],
  ['deleteSource "never", and this one has "verified"', { deleteSource: 'verified' }],
  ['existing "fail", and this one has "update"', { existing: 'update' }],
])('of another migration is refused: %s', async (differing, other) => {
  const { source, destination, journal } = await halfDone(20)
  const before = readFileSync(journal)
  const error = await errorOf(migrate(source, destination, { journal, ...other }).done)
  expect(error.code).toBe('INVALID_ARGUMENT')
  expect(error.message).toContain(`belongs to another migration: it was begun with ${differing}`)
  expect(error.message).toContain('name a new journal')
  // Not with this one: that would contradict it.
  expect(error.message).toMatch(/^The migration did not begin: /)
  expect(error.message).not.toContain('the same journal')
  expect(readFileSync(journal)).toEqual(before)
})

it('of another store is refused, also of another view of it', async () => {
  const { source, destination, journal } = await halfDone(20)
  const view = (name: string): StorageBackend => applyLayers(destination, [prefix(name)])
  const error = await errorOf(migrate(source, view('a'), { journal }).done)
  const differing =
    'it was begun with destination "memory", and this one has "prefix(\\"a/\\") memory"'
  expect(error.message).toContain(differing)
  const own = await journalPath()
  await migrate(source, view('a'), { journal: own }).done
  expect((await errorOf(migrate(source, view('b'), { journal: own }).done)).message).toContain(
    'begun with destination "prefix(\\"a/\\") memory", and this one has "prefix(\\"b/\\") memory"',
  )
})

it('notices a destination of the same name that has nothing of it', async () => {
  const { source, journal } = await halfDone(20)
  const error = await errorOf(migrate(source, new MemoryStorageBackend(), { journal }).done)
  expect(error.code).toBe('INVALID_ARGUMENT')
  expect(error.message).toContain('None of the copies')
  expect(error.message).not.toContain('the same journal')
})

it('looks again at an object that changed since it was copied', async () => {
  const { source, destination, journal } = await halfDone(20, {
    existing: 'update',
    concurrency: 8,
  })
  const memory = (await readJournal(journal)).memory
  const [behind] = memory.settled.keys()
  // All were settled in order, or one is remembered behind.
  if (behind !== undefined) await fill(source, behind, 7)
  await migrate(source, destination, { journal, existing: 'update', concurrency: 8 }).done
  expect(await inventory(destination)).toEqual(await inventory(source))
})

it('survives a cut anywhere in its last line, and zeros behind it', async () => {
  const { source, destination, journal } = await halfDone(8)
  const whole = readFileSync(journal)
  const path = await journalPath()
  const start = whole.indexOf(0x0a) + 1
  for (let bytes = whole.length; bytes > 0; bytes -= bytes > start ? 7 : 31) {
    writeFileSync(path, whole.subarray(0, bytes))
    const report = await migrate(source, destination, { journal: path }).done
    expect(report.copied + report.unchanged).toBe(8)
    expect(report.failed).toBe(0)
    writeFileSync(path, Buffer.concat([whole.subarray(0, bytes), Buffer.alloc(100)]))
    await migrate(source, destination, { journal: path }).done
    for (const line of linesOf(path)) expect(line).toBeTypeOf('object')
  }
})

it('does not believe how far all is settled, when no object says so', async () => {
  const { source, destination, journal, copied } = await halfDone(1200)
  const text = readFileSync(journal, 'utf8')
  const at = text.lastIndexOf('{"did":"through"')
  const [mark] = text.slice(at).split('\n')
  const line = JSON.parse(mark!) as JournalLine & { key: string }
  expect(line.key).toMatch(/^k\/00/)
  // One digit: objects that were never looked at would be passed over.
  const wrong = encodeLine(Object.assign(line, { key: line.key.replace('k/00', 'k/01') }))
  const damaged = text.replace(mark!, wrong)
  writeFileSync(journal, `${damaged}${encodeLine({ did: 'deleted', key: 'k' })}\n`)
  const error = await errorOf(migrate(source, destination, { journal }).done)
  expect(error).toMatchObject({ code: 'CORRUPT' })
  // At its end it is cut off, as other damage there.
  writeFileSync(journal, damaged)
  const report = await migrate(source, destination, { journal }).done
  expect(report).toMatchObject({ isResumed: true, copied: 1200, failed: 0 })
  expect(report.copied).toBeGreaterThan(copied)
  expect(await inventory(destination)).toEqual(await inventory(source))
})

it('tells damage in its midst, and a file that is no journal', async () => {
  const { source, destination, journal } = await halfDone(8)
  const lines = readFileSync(journal, 'utf8').split('\n')
  const spoil = async (text: string): Promise<StorageError> => {
    writeFileSync(journal, text)
    const error = await errorOf(migrate(source, destination, { journal }).done)
    expect(readFileSync(journal, 'utf8')).toBe(text)
    return error
  }
  const damaged = await spoil(lines.with(2, lines[2]!.slice(3)).join('\n'))
  expect(damaged).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('Line 3') })
  expect(await spoil('my diary\n')).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(await spoil('my diary')).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(await spoil('{"format":"aos-migration","version":3}\n')).toMatchObject({
    message: expect.stringContaining('has version 3, and this is 2; use a newer release'),
  })
  expect(await spoil('{"format":"aos-migration","version":1}\n')).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('has version 1, and this is 2; move it away'),
  })
  const header = lines.with(0, lines[0]!.replace('"memory"', '"memorz"')).join('\n')
  expect((await spoil(header)).message).toContain('damaged first line')
})

it('believes no line of which one bit is wrong', async () => {
  const { source, destination, journal } = await halfDone(8)
  const whole = readFileSync(journal)
  const starts = [0, ...whole.keys().filter((at) => whole[at] === 0x0a)]
  const [from, to] = [starts[2]! + 1, starts[3]!]
  for (let at = from; at < to; at++) {
    const spoilt = Buffer.from(whole)
    spoilt[at]! ^= 1
    writeFileSync(journal, spoilt)
    const error = await errorOf(migrate(source, destination, { journal }).done)
    expect(error, `byte ${at}`).toMatchObject({ code: 'CORRUPT' })
    expect(error.message).toContain('Line 3')
  }
})

it('is written to by one at a time; a dead one loses it', async () => {
  const source = await filledStore(50)
  const journal = await journalPath()
  const job = migrate(source, new MemoryStorageBackend(), { journal })
  job.pause()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const error = await errorOf(migrate(source, new MemoryStorageBackend(), { journal }).done)
  expect(error.code).toBe('LOCKED')
  expect(error.message).toContain(`writing to the journal ${JSON.stringify(journal)}`)
  expect(error.message).toContain(`delete ${JSON.stringify(`${journal}.lock`)}`)
  const held = readFileSync(`${journal}.lock`, 'utf8')
  job.resume()
  await job.done
  expect(() => statSync(`${journal}.lock`)).toThrow('ENOENT')
  const alone = async (holder: object): Promise<string | undefined> => {
    const path = await journalPath()
    writeFileSync(`${path}.lock`, JSON.stringify(holder))
    return migrate(source, new MemoryStorageBackend(), { journal: path }).done.then(
      () => undefined,
      (reason: unknown) => (reason as StorageError).code,
    )
  }
  const living = JSON.parse(held) as { process: number }
  expect(living.process).toBe(process.pid)
  expect(await alone(living)).toBe('LOCKED')
  // Above the largest number that Linux gives.
  expect(await alone({ host: hostname(), process: 5_000_000, started: '1' })).toBeUndefined()
  expect(await alone({ host: 'another', process: 5_000_000, started: '1' })).toBe('LOCKED')
})

it.runIf(process.platform === 'linux')('knows a number that was used again', async () => {
  const journal = await journalPath()
  const holder = { host: hostname(), process: process.pid, started: '1' }
  writeFileSync(`${journal}.lock`, JSON.stringify(holder))
  const report = await migrate(await filledStore(3), new MemoryStorageBackend(), { journal }).done
  expect(report.copied).toBe(3)
})

it('names what is wrong with its place', async () => {
  const source = await filledStore(3)
  const journal = '/proc/nowhere/journal'
  const error = await errorOf(migrate(source, new MemoryStorageBackend(), { journal }).done)
  expect(error.message).toBe(
    'The migration did not begin: The journal "/proc/nowhere/journal" cannot be used: its folder ' +
      'does not exist; make it',
  )
})

it('counts what was replaced in all runs, and none where it does not tell', async () => {
  const { source, destination, journal, copied } = await halfDone(20, { existing: 'update' })
  expect(copied).toBeLessThan(18)
  // Never begun: sixteen were on their way at most.
  for (const key of ['k/00018', 'k/00019']) await fill(destination, key, 99)
  const report = await migrate(source, destination, { journal, existing: 'update' }).done
  expect(report).toMatchObject({ isResumed: true, copied: 20, replaced: 2 })
  const { memory } = await readJournal(journal)
  expect(memory.counts).toMatchObject({ copied: 20, replaced: 2 })
  expect(linesOf(journal).filter(({ replaced }) => replaced === true)).toHaveLength(2)
  const { replaced: _replaced, ...counts } = memory.counts
  const before = encodeLine({ did: 'end', counts } as unknown as JournalLine)
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -2)
  writeFileSync(journal, [...lines, before, ''].join('\n'))
  expect((await readJournal(journal)).memory.counts).toMatchObject({ copied: 20, replaced: 0 })
})

it('does not trust a copy whose end nobody saw: it is read first', async () => {
  const source = await filledStore(1)
  const inner = new MemoryStorageBackend()
  const journal = await journalPath()
  const seen = faults({ seed: 1 })
  // It is written, and the process dies before it was read back.
  const ending = new AbortController()
  const cut = faults({
    onCrash: () => {
      copyFileSync(journal, `${journal}.killed`)
      ending.abort()
    },
    rules: [{ operation: 'write', fault: { kind: 'crash', point: 'after' } }],
  })
  const through = (layer: ReturnType<typeof faults>): StorageBackend =>
    masked(applyLayers(inner, [layer]))
  await errorOf(migrate(source, through(cut), { journal, signal: ending.signal }).done)
  const bad = await inner.stat('k/00000')
  await inner.write('k/00000', Buffer.alloc(0), {
    contentType: 'text/x-other',
    metadata: bad.metadata,
  })
  const report = await migrate(source, through(seen), { journal: `${journal}.killed` }).done
  expect(report).toMatchObject({ copied: 1, failed: 0 })
  expect(await inventory(inner)).toEqual(await inventory(source))
})

it('does not pass over an object that takes longer than all behind it', async () => {
  const source = await filledStore(1300)
  const destination = new MemoryStorageBackend()
  const journal = await journalPath()
  const ending = new AbortController()
  const slow = faults({ onCrash: () => ending.abort() })
  slow.add({ operation: 'read', key: /k\/0000[3-5]/, fault: { kind: 'hang' } })
  // Two marks later.
  slow.add({ operation: 'read', key: 'k/01200', fault: { kind: 'crash', point: 'before' } })
  const { signal } = ending
  await errorOf(migrate(masked(applyLayers(source, [slow])), destination, { journal, signal }).done)
  const { memory } = await readJournal(journal)
  expect(memory.through).toBe('k/00002')
  expect(memory.settled.size).toBeGreaterThan(1100)
  const calls = counted()
  const rest = masked(applyLayers(destination, [calls.layer]))
  expect(await migrate(source, rest, { journal }).done).toMatchObject({ copied: 1300 })
  expect(calls.total('write')).toBe(1300 - memory.counts.copied)
  expect(await inventory(destination)).toEqual(await inventory(source))
})
