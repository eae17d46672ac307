/** What lies in `node_modules` after an installation, however a package manager lays it out. */
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

import type { PublicPackage } from '../public-packages.ts'

export interface Installed {
  /** `name@version`, each once. */
  readonly packages: readonly string[]
  /** Sizes of all files added up, a file that is linked to once. */
  readonly bytes: number
}

export function installedIn(project: string): Installed {
  const packages = new Set<string>()
  const seen = new Set<number>()
  let bytes = 0
  const visit = (folder: string, isModules: boolean): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      const stat = lstatSync(path)
      if (stat.isSymbolicLink()) continue
      if (!stat.isDirectory()) {
        if (!seen.has(stat.ino)) bytes += stat.size
        seen.add(stat.ino)
        continue
      }
      if (isModules && name.startsWith('@')) {
        for (const inner of readdirSync(path)) add(join(path, inner))
      } else if (isModules && !name.startsWith('.')) add(path)
      visit(path, name === 'node_modules')
    }
  }
  const add = (folder: string): void => {
    if (lstatSync(folder).isSymbolicLink()) return
    try {
      const text = readFileSync(join(realpathSync(folder), 'package.json'), 'utf8')
      const { name, version } = JSON.parse(text) as { name: string; version: string }
      packages.add(`${name}@${version}`)
    } catch {
      // A folder that is no package.
    }
  }
  visit(join(project, 'node_modules'), true)
  return { packages: [...packages].sort(), bytes }
}

/** What was installed of ours is what was packed, and no second copy of it. */
export function assertOneOfEach(
  installed: readonly string[],
  own: readonly Pick<PublicPackage, 'name' | 'manifest'>[],
): void {
  for (const { name, manifest } of own) {
    const others = installed.filter(
      (each) => each.startsWith(`${name}@`) && each !== `${name}@${manifest.version}`,
    )
    if (others.length > 0) {
      throw new Error(`installs ${others.join(', ')} in place of, or beside ${manifest.version}`)
    }
  }
}
