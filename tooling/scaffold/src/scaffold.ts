/** Lays a new package down and registers it in the workspace. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { packageFiles } from './package-files.ts'
import { assertPackageName } from './package-name.ts'
import { register } from './registration.ts'

/** Returns the paths of all files that it wrote, from the root. */
export async function scaffold(
  root: string,
  name: string | undefined,
  purpose?: string,
): Promise<string[]> {
  assertPackageName(name, root)
  const sentence = (purpose ?? `What ${name} is for, in one sentence`).trim().replace(/\.$/, '')
  if (/["'\n`\\]|\*\//.test(sentence)) {
    throw new TypeError('The purpose is one plain sentence; leave quotes and line breaks out.')
  }
  const made = { name, purpose: sentence }
  const written: string[] = []
  for (const [path, text] of Object.entries(packageFiles(made))) {
    const file = join('packages', name, path)
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
    written.push(file)
  }
  written.push(...(await register(root, made)))
  await promisify(execFile)(join(root, 'node_modules/.bin/oxfmt'), written, { cwd: root })
  return written
}
