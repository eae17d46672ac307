/**
 * A copy of the working tree to release from: with its history, its uncommitted changes and its
 * builds, and with changesets to consume that are not those of the repository.
 *
 * ```
 * COPY/                    cloned, then the files of the working tree over it, then committed
 * COPY/node_modules/@changesets/cli -> that of the workspace, for the changelog
 * COPY/packages/X/dist     copied
 * COPY/packages/X/node_modules/@aos-storage/Y -> COPY/packages/Y, where pnpm looks for versions
 * ```
 */
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, appendFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { run, type CommandOptions } from './command.ts'
import { publicPackages, runtimeDependencies } from './public-packages.ts'

export async function copyForRelease(
  root: string,
  copy: string,
  options: Omit<CommandOptions, 'cwd'>,
): Promise<void> {
  const git = (cwd: string, ...args: string[]): Promise<string> =>
    run('git', args, { ...options, cwd })
  await git(root, 'clone', '--quiet', '--shared', '--no-tags', root, copy)
  const list = async (cwd: string): Promise<string[]> => {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const paths = (await git(cwd, ...args)).split('\0')
    return paths.filter((path) => path !== '' && existsSync(join(cwd, path)))
  }
  const wanted = new Set(await list(root))
  for (const path of await list(copy)) if (!wanted.has(path)) rmSync(join(copy, path))
  for (const path of wanted) {
    mkdirSync(join(copy, dirname(path)), { recursive: true })
    cpSync(join(root, path), join(copy, path))
  }
  appendFileSync(join(copy, '.git/info/exclude'), 'node_modules\n')
  await git(copy, 'config', 'user.name', 'release check')
  await git(copy, 'config', 'user.email', 'release-check@localhost')
  await git(copy, 'config', 'commit.gpgsign', 'false')
  await git(copy, 'config', 'tag.gpgsign', 'false')
  await git(copy, 'checkout', '--quiet', '-B', 'main')
  await commitAll(copy, 'The working tree', options)
  // Not all of node_modules: what pnpm installs in the copy must not get there.
  link(join(root, 'node_modules/@changesets/cli'), join(copy, 'node_modules/@changesets/cli'))
  const packages = publicPackages(copy)
  for (const { shortName, folder, manifest } of packages) {
    cpSync(join(root, 'packages', shortName, 'dist'), join(folder, 'dist'), { recursive: true })
    for (const name of runtimeDependencies(manifest)) {
      const dependency = packages.find((other) => other.name === name)
      if (dependency !== undefined) link(dependency.folder, join(folder, 'node_modules', name))
    }
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

export async function commitAll(
  copy: string,
  message: string,
  options: Omit<CommandOptions, 'cwd'>,
): Promise<void> {
  await run('git', ['add', '--all'], { ...options, cwd: copy })
  const args = ['commit', '--quiet', '--allow-empty', '--no-verify', '-m', message]
  await run('git', args, { ...options, cwd: copy })
}
