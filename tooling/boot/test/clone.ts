/** A miniature clone in a temporary folder with a space in its path, and a made-up npx. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** What `npm start` runs. */
export const startProgram = 'apps/playground/src/server/main.ts'

export interface BootRun {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const toolFolder = 'node_modules/.bin'

export class Clone {
  readonly root: string
  readonly #base: string

  private constructor(base: string) {
    this.#base = base
    this.root = join(base, 'my clone')
  }

  static async make(): Promise<Clone> {
    const clone = new Clone(await mkdtemp(join(tmpdir(), 'aos boot ')))
    const source = join(import.meta.dirname, '..')
    for (const name of await readdir(source)) {
      if (!name.endsWith('.mjs')) continue
      await clone.file(`tooling/boot/${name}`, '')
      await copyFile(join(source, name), join(clone.root, 'tooling/boot', name))
    }
    const manifest = { devEngines: { packageManager: { name: 'pnpm', version: '1.2.3' } } }
    await clone.file('package.json', JSON.stringify(manifest))
    await clone.file('pnpm-lock.yaml', 'lockfileVersion: 9\n')
    await clone.file('pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - examples\n')
    await clone.file('packages/a/package.json', '{}')
    await mkdir(clone.path('../bin'))
    // Builds nothing: it notes what it was asked for.
    await clone.program('turbo', "console.log('built', process.argv.slice(2))", toolFolder)
    return clone
  }

  get base(): string {
    return this.#base
  }

  path(name: string): string {
    return join(this.root, name)
  }

  async file(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true })
    await writeFile(this.path(name), text)
  }

  /** A program of the given JavaScript; `bin` is the PATH outside the clone, or a folder in it. */
  async program(name: string, code: string, folder = '../bin'): Promise<void> {
    await this.file(`${folder}/${name}.code.mjs`, code)
    const file = `${this.path(folder)}/${name}.code.mjs`
    const script = `#!/bin/sh\nexec '${process.execPath}' '${file}' "$@"\n`
    await this.file(`${folder}/${name}`, script)
    await chmod(join(this.path(folder), name), 0o755)
  }

  /** An npx that "installs": notes its arguments and environment, lays down a Node. */
  async installingNpx(more = ''): Promise<void> {
    await this.program(
      'npx',
      `import { appendFileSync, mkdirSync, symlinkSync, existsSync } from 'node:fs'
       const odd = Object.keys(process.env).filter((name) => name.startsWith('npm_')).sort()
       appendFileSync('npx.log', JSON.stringify({ args: process.argv.slice(2), odd }) + '\\n')
       mkdirSync('node_modules/.bin', { recursive: true })
       if (!existsSync('node_modules/.bin/node'))
         symlinkSync(${JSON.stringify(process.execPath)}, 'node_modules/.bin/node')
       ${more}`,
    )
  }

  start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [this.path('tooling/boot/boot.mjs'), ...args], {
      cwd: tmpdir(),
      env: { PATH: this.path('../bin'), HOME: this.base, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  boot(args: readonly string[], env: Record<string, string> = {}): Promise<BootRun> {
    return finished(this.start(args, env))
  }
}

export async function finished(child: ChildProcess): Promise<BootRun> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout, stderr }
}
