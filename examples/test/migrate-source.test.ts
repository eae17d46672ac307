/** A mistyped source is told, not made. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('../migrate.ts', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function migrate(from: string, to: string): Promise<Ended> {
  const urls = [from, to].map((path) => pathToFileURL(path).href)
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...urls], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aos migrate '))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

it('fails on a source folder that is missing, and makes neither', async () => {
  const folder = await folderOfTest()
  const [from, to] = [join(folder, 'no such'), join(folder, 'to')]
  const { code, stdout, stderr } = await migrate(from, to)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('no%20such does not exist')
  expect(stderr).toContain('mend the URL')
  expect([existsSync(from), existsSync(to)]).toEqual([false, false])
})

it('says that a source is empty, and nothing of it where it is not', async () => {
  const folder = await folderOfTest()
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  await mkdir(from)
  const empty = await migrate(from, to)
  expect(empty).toMatchObject({ code: 0, stdout: '0 objects copied, 0 bytes\n' })
  expect(empty.stderr).toContain('The source is empty')
  await writeFile(join(from, 'a.txt'), 'text')
  const filled = await migrate(from, to)
  expect(filled).toMatchObject({ code: 0, stdout: '1 objects copied, 4 bytes\n' })
  expect(filled.stderr).not.toContain('empty')
})
