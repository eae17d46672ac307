/** Steps of other processes at the very moment between two of ours, each one put there. */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openStore, put, readText, tempFolder } from './support/open.ts'

/** What others do, each once. */
const others: { beforeOpen?: () => void; afterOpen?: () => void; beforeLink?: () => void } = {}

function step(name: keyof typeof others): void {
  const other = others[name]
  delete others[name]
  other?.()
}

vi.mock(import('node:sqlite'), async (original) => {
  const sqlite = await original()
  class DatabaseSync extends sqlite.DatabaseSync {
    constructor(...args: ConstructorParameters<typeof sqlite.DatabaseSync>) {
      step('beforeOpen')
      super(...args)
      step('afterOpen')
    }
  }
  return { ...sqlite, DatabaseSync }
})
vi.mock(import('node:fs'), async (original) => {
  const fs = await original()
  const linkSync: typeof fs.linkSync = (...args) => {
    step('beforeLink')
    fs.linkSync(...args)
  }
  return { ...fs, linkSync }
})

describe('verify', () => {
  it.each(['beforeOpen', 'afterOpen'] as const)(
    'beside a writer that closes (%s of its lock) finds nobody dead, and changes nothing',
    async (moment) => {
      const store = await openStore()
      const tmp = join(store.basePath, '.aos/tmp')
      mkdirSync(join(tmp, 'closing'), { recursive: true })
      writeFileSync(join(tmp, 'closing.lock'), '')
      others[moment] = () => {
        rmSync(join(tmp, 'closing'), { recursive: true })
        rmSync(join(tmp, 'closing.lock'))
      }
      expect(await store.verify()).toMatchObject({ ok: true, findings: [] })
      expect(others[moment]).toBeUndefined()
      expect(readdirSync(tmp)).toEqual([])
    },
  )
})

describe('a writer that makes the lock of a new store', () => {
  it('goes on with that of another one, which swept its half-made file', async () => {
    const basePath = await tempFolder()
    const own = join(basePath, '.aos')
    const store = await openStore({ basePath })
    onTestFinished(() => void delete others.beforeLink)
    let inode = 0
    others.beforeLink = () => {
      for (const name of readdirSync(own)) rmSync(join(own, name), { recursive: true })
      writeFileSync(join(own, 'lock'), '', { mode: 0o600 })
      inode = lstatSync(join(own, 'lock')).ino
    }
    await put(store, 'key', 'x')
    expect(await readText(store, 'key')).toBe('x')
    expect(lstatSync(join(own, 'lock')).ino).toBe(inode)
    expect(existsSync(join(own, 'format.json'))).toBe(true)
  })
})
