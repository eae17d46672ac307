/** How long the lock of all changes is held: no longer than others of this process want it. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '@aos-storage/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ChangeLock } from '../src/change-lock.ts'
import { FileLock, loadSqlite } from '../src/file-lock.ts'

/** A lock, whether others may have it, and how often it was taken. */
async function opened(isWanted: () => boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'aos-lock-'))
  const path = join(folder, 'lock')
  writeFileSync(path, '')
  const Database = await loadSqlite()
  let taken = 0
  const lock = new ChangeLock({
    lock: new FileLock(Database, path),
    clock: systemClock,
    waitMsMax: 1000,
    path,
    onTaken: () => taken++,
    isWanted,
    hintPath: join(folder, 'waiting'),
  })
  const other = new FileLock(Database, path)
  onTestFinished(() => other.close())
  const isFree = (): boolean => {
    const isTaken = other.tryAcquire()
    if (isTaken) other.release()
    return isTaken
  }
  return { lock, isFree, taken: () => taken }
}

describe('the lock of all changes', () => {
  it('is let go at once when nobody else wants it', async () => {
    const { lock, isFree } = await opened(() => false)
    await lock.run(undefined, () => expect(isFree()).toBe(false))
    expect(isFree()).toBe(true)
    await lock.close()
  })

  it('is kept for the rest of the turn for those who want it, and taken once', async () => {
    const { lock, isFree, taken } = await opened(() => true)
    for (let section = 0; section < 5; section++) await lock.run(undefined, () => undefined)
    expect([isFree(), taken()]).toEqual([false, 1])
    await nextTurn()
    await nextTurn()
    expect(isFree()).toBe(true)
    await lock.close()
  })

  it('is let go after 16 sections, however many follow in the turn', async () => {
    const { lock, isFree, taken } = await opened(() => true)
    for (let section = 0; section < 16; section++) await lock.run(undefined, () => undefined)
    expect([isFree(), taken()]).toEqual([true, 1])
    await lock.run(undefined, () => undefined)
    expect([isFree(), taken()]).toEqual([false, 2])
    await lock.close()
  })

  it('is let go only when what a section left is done', async () => {
    const { lock, isFree } = await opened(() => true)
    const work = Promise.withResolvers<void>()
    await lock.run(undefined, () => lock.leave('key', work.promise))
    for (let turn = 0; turn < 5; turn++) await nextTurn()
    expect(isFree()).toBe(false)
    work.resolve()
    for (let turn = 0; turn < 5; turn++) await nextTurn()
    expect(isFree()).toBe(true)
    await lock.close()
  })

  it('is free once it is closed, also while it was kept', async () => {
    const { lock, isFree } = await opened(() => true)
    await lock.run(undefined, () => undefined)
    expect(isFree()).toBe(false)
    await lock.close()
    expect(isFree()).toBe(true)
    await nextTurn()
  })
})
