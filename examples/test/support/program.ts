/** An example, run as a reader starts it: a program of its own, in a folder of its own, twice. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'

// Where many tests run, a program is slow to start.
vi.setConfig({ testTimeout: 60_000 })

type Settings = Readonly<Record<string, string>>

/** Runs `examples/NAME.ts` with nothing but these settings; gives what it printed. */
export function run(
  name: string,
  args: readonly string[],
  settings: Settings = {},
): Promise<string> {
  const program = fileURLToPath(new URL(`../../${name}.ts`, import.meta.url))
  const inherited = Object.entries(process.env).filter(
    ([each]) => !/^(?:AOS|AWS|AZURE)_/.test(each),
  )
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', FORCE_COLOR: '0', ...settings }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      if (error === null && stderr === '') resolve(stdout)
      else reject(new Error(`${name}.ts: ${error?.message ?? 'it complains'}\n${stdout}${stderr}`))
    })
  })
}

/** Runs an example twice in one folder and compares what it says; gives the folder. */
export async function runTwice(
  name: string,
  said: string,
  { saidAgain = said }: { readonly saidAgain?: string } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aos example '))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  expect(await run(name, [folder])).toBe(said)
  expect(await run(name, [folder])).toBe(saidAgain)
  return folder
}
