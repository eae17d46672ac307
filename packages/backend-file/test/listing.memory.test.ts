/** Listing 200,000 files of one folder in bounded memory: a process of its own, which measures. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { note } from './support/note.ts'
import { tempFolder } from './support/open.ts'

const files = 200_000
const program = fileURLToPath(new URL('./support/list-program.ts', import.meta.url))

/** In memory where there is such a disk: 200,000 files take minutes on a busy one. */
async function memoryFolder(): Promise<string> {
  if (!existsSync('/dev/shm')) return tempFolder()
  const folder = await mkdtemp('/dev/shm/aos-file-')
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Growth of memory at its highest, in MiB, and how many keys were listed, in order. */
async function listThrough(basePath: string, windowBytes: number) {
  const args = ['--expose-gc', program, basePath, String(windowBytes)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as {
    keys: number
    isInOrder: boolean
    grownMiB: number
    rssMiB: number
  }
}

it(`${files} files in one folder pass through a small window`, { timeout: 120_000 }, async () => {
  const basePath = await memoryFolder()
  mkdirSync(join(basePath, 'many'))
  for (let at = 0; at < files; at++) writeFileSync(join(basePath, `many/key-${at}.json`), '')
  const [small, whole] = await Promise.all([
    listThrough(basePath, 256 * 1024),
    listThrough(basePath, 32 * 1024 * 1024),
  ])
  note(`window of 256 KiB: +${small.grownMiB} MiB; of all: +${whole.grownMiB} MiB`)
  expect(small).toMatchObject({ keys: files, isInOrder: true })
  expect(whole).toMatchObject({ keys: files, isInOrder: true })
  expect(whole.grownMiB).toBeLessThan(20)
  expect(small.rssMiB).toBeLessThan(300)
  // The bound is the window's doing.
  expect(small.grownMiB).toBeLessThan(whole.grownMiB)
})
