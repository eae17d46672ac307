/**
 * The Nodes that consumers run on: this one, and others that the `node` package of npm brings, kept
 * in the workspace's cache. Not a dependency: a clone would be 300 MB larger for a check that runs
 * before releases.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { run, type CommandOptions } from '../command.ts'

/** The newest of each line that was tried. */
const versions: Readonly<Record<string, string>> = { 22: '22.23.3', 26: '26.10.0' }

/** @returns The path of the program. */
export async function nodeOf(
  major: string,
  root: string,
  options: Omit<CommandOptions, 'cwd'>,
): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const version = versions[major]
  if (version === undefined)
    throw new TypeError(`Which Node ${major}? Name it in node-versions.ts.`)
  const folder = join(root, 'node_modules/.cache/aos-release', `node-${version}`)
  const program = join(folder, 'node_modules/node/bin/node')
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true })
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', folder]
    await run('npm', [...args, `node@${version}`], { ...options, cwd: folder })
  }
  return program
}
