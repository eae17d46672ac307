/**
 * Whether what is installed is what the files ask for: a hash over the lockfile, the workspace file
 * and every package.json of the workspace, kept in node_modules/.boot-stamp.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const stampFile = (root) => join(root, 'node_modules', '.boot-stamp')

export function isInstalled(root) {
  if (!existsSync(stampFile(root))) return false
  return readFileSync(stampFile(root), 'utf8') === stampOf(root) && nodeVersion(root) !== undefined
}

export function writeStamp(root) {
  writeFileSync(stampFile(root), stampOf(root))
}

/** What the Node of the workspace says it is, undefined when it does not run. */
export function nodeVersion(root) {
  const node = join(root, 'node_modules', '.bin', 'node')
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

function stampOf(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', ...manifests(root)]
  for (const file of files) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

/** The package.json files of the workspace: of the root, and of each `folder` or `folder/*`. */
function manifests(root) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const globs = /^packages:\n((?:[ \t]+-.*\n?|[ \t]*#.*\n?)+)/m.exec(workspace)?.[1] ?? ''
  const folders = globs
    .split('\n')
    .map((line) => /^\s+-\s*['"]?([^'"#\s]+)/.exec(line)?.[1])
    .filter((glob) => glob !== undefined)
    .flatMap((glob) => (glob.endsWith('/*') ? children(root, glob.slice(0, -2)) : [glob]))
  return ['package.json', ...folders.map((folder) => `${folder}/package.json`)].filter((file) =>
    existsSync(join(root, file)),
  )
}

function children(root, folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder))
    .toSorted()
    .map((name) => `${folder}/${name}`)
}
