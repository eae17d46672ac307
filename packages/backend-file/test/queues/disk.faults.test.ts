/** Queues on a disk that is really full, and on one that really may not be written. */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, describe } from 'vitest'
import { SqliteQueueBackend } from '../../src/index.ts'
import { tempFolder } from '../support/open.ts'

/** True when this machine lets us mount a small disk. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
}

/** A disk of 1 MiB. */
async function smallDisk(): Promise<string> {
  const folder = await tempFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder])
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
  return folder
}

function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(2_000_000))
  } catch {
    // The point of it.
  }
}

function open(basePath: string): SqliteQueueBackend {
  const backend = new SqliteQueueBackend({ basePath })
  onTestFinished(() => backend.close())
  return backend
}

const full = { code: 'QUOTA_EXCEEDED', retryable: 'no', backend: 'sqlite' }

describe.skipIf(!canMount())('queues (needs root)', () => {
  it('on a full disk refuse all changes, read on, and go on when there is room', async () => {
    const basePath = await smallDisk()
    const filler = join(basePath, 'filler')
    fill(filler)
    const backend = open(basePath)
    await expect(backend.createQueue('work')).rejects.toMatchObject(full)
    rmSync(filler)
    await backend.createQueue('work')
    const first = await backend.send('work', Buffer.from('first'))
    fill(filler)
    let sent = 1
    const sending = async (): Promise<never> => {
      for (;;) {
        await backend.send('work', Buffer.alloc(10_000))
        sent++
      }
    }
    await expect(sending()).rejects.toMatchObject(full)
    await expect(backend.receive('work')).rejects.toMatchObject(full)
    await expect(backend.delete('work', first.id, first.receipt)).rejects.toMatchObject(full)
    expect(await backend.length('work')).toBe(sent)
    expect(await backend.peek('work')).toHaveLength(1)
    expect(await backend.health()).toMatchObject({ ok: false })
    rmSync(filler)
    // What was refused was not done: the receipt is still the newest.
    await backend.delete('work', first.id, first.receipt)
    expect(await backend.length('work')).toBe(sent - 1)
  })

  it('that may not be written are refused, which says what to look at', async () => {
    const basePath = await smallDisk()
    const backend = open(basePath)
    await backend.createQueue('work')
    await backend.send('work', Buffer.from('x'))
    await backend.close()
    execFileSync('mount', ['-o', 'remount,ro', basePath])
    const reader = open(basePath)
    const denied = {
      code: 'PERMISSION_DENIED',
      retryable: 'no',
      message: expect.stringContaining('.aos/queues.db') as string,
    }
    // SQLite's log needs shared memory beside the database, also to read.
    await expect(reader.length('work')).rejects.toMatchObject(denied)
    await expect(reader.send('work', Buffer.from('y'))).rejects.toMatchObject(denied)
  })
})
