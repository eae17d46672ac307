/** Finds the bench files of a workspace and loads the suites that they export. */
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Suite } from './suite.ts'

/** A package that has bench files. */
export interface BenchPackage {
  /** Its folder's name, which is what the command line takes: `core`. */
  readonly name: string
  readonly folder: string
  readonly files: readonly string[]
}

/** All packages of the workspace at `root` with a `bench/*.bench.ts`, in order of name. */
export function benchPackages(root: string): BenchPackage[] {
  const byName = Map.groupBy(
    globSync('packages/*/bench/*.bench.ts', { cwd: root }).toSorted(),
    (file) => file.split('/')[1] as string,
  )
  return [...byName].map(([name, files]) => ({
    name,
    folder: join(root, 'packages', name),
    files: files.map((file) => join(root, file)),
  }))
}

/** What the file exports by default: one suite, or a list of them. */
export async function suitesOf(file: string): Promise<readonly Suite[]> {
  const loaded = (await import(pathToFileURL(file).href)) as { default?: Suite | readonly Suite[] }
  if (loaded.default === undefined) {
    throw new TypeError(`${file} has no default export; write \`export default defineSuite(...)\`.`)
  }
  return Array.isArray(loaded.default) ? (loaded.default as Suite[]) : [loaded.default as Suite]
}

/** The installed version of a package as seen from a file: `versionOf('keyv', import.meta.url)`. */
export function versionOf(packageName: string, from: string): string {
  const require = createRequire(from)
  for (const folder of require.resolve.paths(packageName) ?? []) {
    try {
      const manifest = readFileSync(join(folder, packageName, 'package.json'), 'utf8')
      return `${packageName} ${(JSON.parse(manifest) as { version: string }).version}`
    } catch {
      continue
    }
  }
  throw new Error(`${packageName} is not installed for ${dirname(from)}; add it there.`)
}
