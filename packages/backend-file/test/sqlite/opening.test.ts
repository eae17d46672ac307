/** From a folder to a database: what is made, and what is refused. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/open.ts'
import { add, format, idsOf, openDatabase, otherConnection } from './support.ts'

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

/** A base folder with `.aos` in it. */
async function prepared(): Promise<{ basePath: string; own: string; path: string }> {
  const basePath = await tempFolder()
  const own = join(basePath, '.aos')
  mkdirSync(own)
  return { basePath, own, path: join(own, 'tables.db') }
}

describe('the file', () => {
  it('is made by the first call, with its mode whatever the umask', async () => {
    const { database, basePath } = await openDatabase({ fileMode: 0o660, folderMode: 0o770 })
    expect(existsSync(join(basePath, '.aos'))).toBe(false)
    const umask = process.umask(0o077)
    try {
      await add(database, 1)
    } finally {
      process.umask(umask)
    }
    const own = join(basePath, '.aos')
    expect(readdirSync(own).toSorted()).toEqual(['tables.db', 'tables.db-shm', 'tables.db-wal'])
    for (const name of readdirSync(own)) expect(modeOf(join(own, name))).toBe('660')
  })

  it('is for its owner only, unless told otherwise', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 1)
    for (const name of readdirSync(join(basePath, '.aos'))) {
      expect(modeOf(join(basePath, '.aos', name))).toBe('600')
    }
  })

  it('is alone when the last one has closed it', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 1)
    await database.close()
    expect(readdirSync(join(basePath, '.aos'))).toEqual(['tables.db'])
    const { database: again } = await openDatabase({ basePath })
    expect(await idsOf(again)).toEqual([1])
  })

  it('says what it is in its header', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 1)
    await database.close()
    const header = readFileSync(join(basePath, '.aos/tables.db')).subarray(0, 100)
    expect(header.readUInt32BE(68)).toBe(format.applicationId)
    expect(header.readUInt32BE(60)).toBe(format.version)
  })

  it('may be made by many at once', async () => {
    const basePath = await tempFolder()
    const opened = await Promise.all(Array.from({ length: 8 }, () => openDatabase({ basePath })))
    await Promise.all(opened.map(({ database }, id) => add(database, id)))
    expect(await idsOf(opened[0]!.database)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('that was removed in use is not written to any more', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 1)
    renameSync(join(basePath, '.aos'), join(basePath, '.gone'))
    const gone = { code: 'UNAVAILABLE', retryable: 'no' }
    await expect(add(database, 2)).rejects.toMatchObject(gone)
    await expect(idsOf(database)).rejects.toMatchObject(gone)
  })

  it('that was replaced in use is not written to any more', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 1)
    const path = join(basePath, '.aos/tables.db')
    writeFileSync(`${path}.new`, readFileSync(path))
    renameSync(`${path}.new`, path)
    await expect(add(database, 2)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('what is no database of this store', () => {
  it.each(['tables.db', 'tables.db-wal', 'tables.db-shm'])(
    'a link as %s is refused',
    async (name) => {
      const { basePath, own } = await prepared()
      const outside = join(await tempFolder(), 'precious')
      writeFileSync(outside, 'precious')
      if (name !== 'tables.db') writeFileSync(join(own, 'tables.db'), '')
      symlinkSync(outside, join(own, name))
      const { database } = await openDatabase({ basePath })
      await expect(add(database, 1)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(join(own, name)) as string,
      })
      expect(readFileSync(outside, 'utf8')).toBe('precious')
    },
  )

  it('a pipe is refused, and waited for by nobody', async () => {
    const { basePath, path } = await prepared()
    execFileSync('mkfifo', [path])
    const { database } = await openDatabase({ basePath })
    await expect(add(database, 1)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('any other file is CORRUPT, and stays as it is', async () => {
    const { basePath, path } = await prepared()
    const text = 'This was written by hand. '.repeat(50)
    writeFileSync(path, text)
    const { database } = await openDatabase({ basePath })
    await expect(add(database, 1)).rejects.toMatchObject({ code: 'CORRUPT' })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it("another program's database is CORRUPT, and stays as it is", async () => {
    const { basePath, path } = await prepared()
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE foreign_thing (a)')
    other.close()
    const bytes = readFileSync(path)
    const { database } = await openDatabase({ basePath })
    await expect(add(database, 1)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('another program') as string,
    })
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('a newer format is UNSUPPORTED, and stays as it is', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 1)
    const other = otherConnection(basePath)
    other.exec(`PRAGMA user_version = ${format.version + 1}`)
    other.close()
    await database.close()
    const { database: again } = await openDatabase({ basePath })
    await expect(add(again, 2)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('update @aos-storage/backend-file') as string,
    })
  })

  it('a damaged page is CORRUPT', async () => {
    const { database, basePath } = await openDatabase()
    for (let at = 0; at < 20; at++) {
      await Promise.all(Array.from({ length: 100 }, (_, id) => add(database, at * 100 + id)))
    }
    await database.close()
    const path = join(basePath, '.aos/tables.db')
    const bytes = readFileSync(path)
    bytes.fill(0xa5, 2 * 4096 + 100, 8 * 4096)
    writeFileSync(path, bytes)
    const { database: again } = await openDatabase({ basePath })
    await expect(idsOf(again)).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it('is tried again by the next call', async () => {
    const { basePath, path } = await prepared()
    writeFileSync(path, 'x'.repeat(2000))
    const { database } = await openDatabase({ basePath })
    await expect(add(database, 1)).rejects.toMatchObject({ code: 'CORRUPT' })
    rmSync(path)
    await add(database, 1)
    expect(await idsOf(database)).toEqual([1])
  })
})
