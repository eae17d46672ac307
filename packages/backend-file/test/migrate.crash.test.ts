/**
 * kill -9 of a migration from files to files, again and again: at the end all is there, identical,
 * and nothing was written more than once but what was on its way; a source that is deleted was read
 * back before.
 *
 * AOS_KILL_SEED asks for the kills of another run.
 */
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseSeed, seededRandom } from '@aos-storage/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { bundleProgram } from './support/bundle.ts'
import { note } from './support/note.ts'
import { openStore, readBytes } from './support/open.ts'
import { newFolder } from './support/store.ts'

const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())
const objects = 800
const kills = 10
const concurrency = 8
const source = fileURLToPath(new URL('./support/migrate-program.ts', import.meta.url))

let cache: string
let program: string

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'aos-compile-'))
  program = await bundleProgram(source, cache)
})
afterAll(() => rm(cache, { recursive: true, force: true }))

/** Runs it, kills it once it has written so many objects, and gives what it said. */
function runUntil(args: readonly string[], writesMax: number): Promise<string[]> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const
  const child = spawn(process.execPath, [program, ...args], { env, stdio: [...stdio] })
  let said = ''
  let failure = ''
  let written = 0
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (failure += text))
  child.stdio[3]!.on('data', (bytes: Buffer) => {
    const text = bytes.toString()
    said += text
    written += text.split('!').length - 1
    if (written >= writesMax) child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve(said.split('\n').slice(0, -1))
      else reject(new Error(`it ended by itself with ${code}: ${failure}`))
    })
  })
}

async function inventory(store: FileStorageBackend): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  let cursor: string | undefined
  do {
    const page = await store.list(cursor === undefined ? {} : { cursor })
    for (const { key } of page.objects) {
      const { contentType, metadata } = await store.stat(key)
      const digest = hash('sha256', await readBytes(store, key))
      found.set(key, JSON.stringify([contentType, metadata['n'], digest]))
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

it.each(['never', 'verified'])(
  `${kills} kills, sources deleted: %s (seed ${seed})`,
  { timeout: 180_000 },
  async (deleteSource) => {
    const random = seededRandom(seed)
    const [from, to] = [await newFolder(), await newFolder()]
    const first = await openStore({ basePath: from, durability: 'none' })
    for (let at = 0; at < objects; at++) {
      // A few are streams.
      const body = random.bytes(at % 100 === 7 ? 300_000 : random.integer(500))
      const contentType = at % 2 === 0 ? 'application/json' : 'application/x-other'
      const metadata: Record<string, string> = at % 3 === 0 ? {} : { n: String(at) }
      await first.write(`f${at % 7}/é${at}`, body, { contentType, metadata })
    }
    const before = await inventory(first)
    const journal = join(cache, `journal-${deleteSource}`)
    const args = [from, to, journal, deleteSource]
    const said: string[] = []
    for (let kill = 0; kill < kills; kill++) {
      said.push(...(await runUntil(args, random.integer(1.5 * (objects / kills)))))
    }
    said.push(...(await runUntil(args, Infinity)))
    const second = await openStore({ basePath: to, durability: 'none' })
    expect(await inventory(second)).toEqual(before)
    expect((await inventory(first)).size).toBe(deleteSource === 'never' ? objects : 0)
    const begun = said.filter((line) => line.startsWith('? ')).length
    const written = said.filter((line) => line.startsWith('! '))
    expect(new Set(written).size).toBe(written.length)
    expect(begun).toBeGreaterThanOrEqual(objects)
    expect(begun - objects).toBeLessThanOrEqual(kills * concurrency)
    note(`${kills} kills: ${begun} writes begun for ${objects} objects, none told twice`)
    await Promise.all([first.close(), second.close()])
  },
)
