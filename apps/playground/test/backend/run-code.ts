/** Runs pieces of code as their reader would: as programs, over a store in a temporary folder. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setStorePlace } from '../../src/web/store-place.ts'

export interface CodeRunner {
  /** The folder of the store that the pieces name. */
  readonly store: string
  /** Runs a piece; what it prints. Files are laid beside it. */
  run(code: string, beside?: Readonly<Record<string, string>>): Promise<string>
  remove(): Promise<void>
}

export async function openCodeRunner(): Promise<CodeRunner> {
  const folder = await mkdtemp(join(tmpdir(), "aos code's "))
  const store = join(folder, 'store')
  setStorePlace({ storageType: 'file', basePath: store })
  // Programs resolve packages from where they are.
  const parent = fileURLToPath(new URL('../../.tsbuild/', import.meta.url))
  await mkdir(parent, { recursive: true })
  const programs = await mkdtemp(join(parent, 'code-'))
  let count = 0
  return {
    store,
    async run(code, beside = {}) {
      const place = join(programs, String(++count))
      await mkdir(place)
      for (const [name, text] of Object.entries(beside)) await writeFile(join(place, name), text)
      await writeFile(join(place, 'piece.ts'), code)
      const args = ['--conditions=@aos-storage/source', join(place, 'piece.ts')]
      const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: '0' }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
        cwd: folder,
        env,
      })
      if (stderr !== '') throw new Error(stderr)
      return stdout
    },
    async remove() {
      await rm(folder, { recursive: true, force: true })
      await rm(programs, { recursive: true, force: true })
    },
  }
}
