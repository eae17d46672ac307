/** The packages that are published: those under `packages/` that are not private. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Ranges = Readonly<Record<string, string>>

/** A package.json as far as releases read it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly license?: string
  readonly description?: string
  readonly type?: string
  readonly bin?: string | Ranges
  readonly exports?: Readonly<Record<string, string | null | Ranges>>
  readonly engines?: Ranges
  readonly repository?: {
    readonly type?: string
    readonly url?: string
    readonly directory?: string
  }
  readonly publishConfig?: {
    readonly access?: string
    readonly exports?: unknown
    readonly registry?: string
  }
  readonly scripts?: Ranges
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly peerDependencies?: Ranges
  readonly optionalDependencies?: Ranges
}

export interface PublicPackage {
  readonly name: string
  /** The last part of the name, and of the folder: `backend-file`. */
  readonly shortName: string
  readonly folder: string
  readonly manifest: Manifest
}

/** @param root The folder of the workspace. */
export function publicPackages(root: string): PublicPackage[] {
  const parent = join(root, 'packages')
  const packages = readdirSync(parent)
    .toSorted()
    .map((shortName) => ({ shortName, folder: join(parent, shortName) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map(({ shortName, folder }): PublicPackage => {
      const manifest = readManifest(folder)
      return { name: manifest.name, shortName, folder, manifest }
    })
    .filter(({ manifest }) => manifest.private !== true)
  return inDependencyOrder(packages)
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** What a user of it installs with it. */
export function runtimeDependencies(manifest: Manifest): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
}

/** Each after those that it depends on; otherwise by name. */
export function inDependencyOrder(packages: readonly PublicPackage[]): PublicPackage[] {
  const ordered: PublicPackage[] = []
  const visit = (each: PublicPackage, path: readonly string[]): void => {
    if (ordered.includes(each)) return
    if (path.includes(each.name)) {
      throw new Error(`Packages depend on each other: ${[...path, each.name].join(' > ')}.`)
    }
    for (const name of runtimeDependencies(each.manifest).toSorted()) {
      const dependency = packages.find((other) => other.name === name)
      if (dependency !== undefined) visit(dependency, [...path, each.name])
    }
    ordered.push(each)
  }
  for (const each of packages) visit(each, [])
  return ordered
}
