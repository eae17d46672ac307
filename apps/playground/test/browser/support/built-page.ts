/**
 * The web page as `vite build` makes it, built when it is missing or older than its sources.
 *
 * Test files run in processes of their own, side by side: one of them builds and the others wait,
 * on a lock that the kernel drops when its holder dies. The page is built beside the old one and
 * put in its place at the end, so that a build that fails or is killed leaves the old one alone.
 */
import { execFile } from 'node:child_process'
import { renameSync } from 'node:fs'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const app = fileURLToPath(new URL('../../../', import.meta.url))
const page = join(app, 'dist/web')
/** Not in `dist`, which turbo keeps and brings back. */
const scratch = join(app, '.tsbuild')
const sources = ['src', 'package.json', 'vite.config.ts']

/** Longest time from the first call to a page that is built; a busy machine takes 20,000. */
export const buildTimeoutMs = 180_000

/** Builds the page if it has to be. @throws Error with what `vite build` said. */
export async function builtPage(): Promise<void> {
  if (await isCurrent()) return
  await mkdir(scratch, { recursive: true })
  await holdingLock(join(scratch, 'page.lock'), async () => {
    if (!(await isCurrent())) await build()
  })
}

async function isCurrent(): Promise<boolean> {
  const built = await stat(join(page, 'index.html')).catch(() => undefined)
  return built !== undefined && built.mtimeMs >= (await changedAtMs())
}

/** When a source changed last. */
async function changedAtMs(): Promise<number> {
  const names = await readdir(join(app, 'src'), { recursive: true })
  const paths = [...sources, ...names.map((name) => join('src', name))]
  // A file that somebody removes right now makes its folder newer.
  const times = paths.map(async (path) => (await stat(join(app, path)).catch(() => null))?.mtimeMs)
  return Math.max(...(await Promise.all(times)).map((time) => time ?? 0))
}

async function build(): Promise<void> {
  const startedAt = new Date()
  const made = join(scratch, 'page.new')
  const replaced = join(scratch, 'page.old')
  const vite = join(app, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--outDir', made, '--emptyOutDir', '--logLevel', 'warn']
  try {
    await promisify(execFile)(process.execPath, args, { cwd: app, env: buildEnvironment() })
    // What was saved while it was being built is not in it.
    await utimes(join(made, 'index.html'), startedAt, startedAt)
    await rm(replaced, { recursive: true, force: true })
    await mkdir(page, { recursive: true })
    // A server that starts between these two finds no page: they are as close as can be.
    renameSync(page, replaced)
    renameSync(made, page)
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string }
    throw new Error(`The page cannot be built.\n${stdout ?? ''}${stderr ?? ''}`, { cause })
  } finally {
    for (const left of [made, replaced]) await rm(left, { recursive: true, force: true })
  }
}

/** What vitest sets would make a page for development. */
function buildEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', VITEST: undefined }
}

/** Waits without blocking: a worker that does not answer vitest for long is given up. */
async function holdingLock(path: string, work: () => Promise<void>): Promise<void> {
  using lock = new DatabaseSync(path, { timeout: 0 })
  while (!acquired(lock)) await sleep(50)
  await work()
}

function acquired(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (/locked/.test(String(error))) return false
    throw error
  }
}
