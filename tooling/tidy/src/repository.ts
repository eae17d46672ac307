/**
 * The files that rules look at: those that git tracks or would add. Read once, parsed once. A test
 * makes one from a record of texts instead of a folder.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { parseModule, type ParsedModule } from './syntax.ts'

/** A package.json as far as rules read it. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly bin?: string | Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | null | Readonly<Record<string, string>>>>
  readonly publishConfig?: { readonly exports?: unknown }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A folder with a package.json: `packages/core`, `tooling/tidy`; the root is not one. */
export interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

export class Repository {
  /** Paths from the root, with `/`, sorted. */
  readonly paths: readonly string[]
  readonly #present: ReadonlySet<string>
  readonly #read: (path: string) => string
  readonly #texts = new Map<string, string>()
  readonly #modules = new Map<string, ParsedModule>()

  private constructor(paths: readonly string[], read: (path: string) => string) {
    this.paths = paths.toSorted()
    this.#present = new Set(paths)
    this.#read = read
  }

  /** The repository in a folder that git knows. */
  static at(root: string): Repository {
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const output = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
    const isFile = (path: string): boolean =>
      // Deleted but not yet staged files are listed too.
      existsSync(join(root, path)) && statSync(join(root, path)).isFile()
    const paths = output.split('\0').filter((path) => path !== '' && isFile(path))
    return new Repository([...new Set(paths)], (path) => readFileSync(join(root, path), 'utf8'))
  }

  /** A made-up repository: paths and their texts. */
  static of(texts: Readonly<Record<string, string>>): Repository {
    return new Repository(Object.keys(texts), (path) => texts[path] ?? '')
  }

  has(path: string): boolean {
    return this.#present.has(path)
  }

  hasFolder(path: string): boolean {
    return this.paths.some((each) => each.startsWith(`${path}/`))
  }

  text(path: string): string {
    const known = this.#texts.get(path)
    if (known !== undefined) return known
    const text = this.#read(path)
    this.#texts.set(path, text)
    return text
  }

  module(path: string): ParsedModule {
    const known = this.#modules.get(path)
    if (known !== undefined) return known
    const parsed = parseModule(path, this.text(path))
    this.#modules.set(path, parsed)
    return parsed
  }

  matching(pattern: RegExp): string[] {
    return this.paths.filter((path) => pattern.test(path))
  }

  /** TypeScript and JavaScript of people: no declaration files. */
  sources(pattern = /./): string[] {
    return this.matching(/\.m?[jt]sx?$/).filter((path) => pattern.test(path))
  }

  packages(pattern = /./): Package[] {
    return this.matching(/.\/package\.json$/)
      .map((path) => path.slice(0, -'/package.json'.length))
      .filter((folder) => pattern.test(folder))
      .map((folder) => ({ folder, manifest: this.manifest(`${folder}/package.json`) }))
  }

  /** Packages that are published. */
  publicPackages(): Package[] {
    return this.packages(/^packages\/[^/]+$/).filter(({ manifest }) => manifest.private !== true)
  }

  manifest(path: string): Manifest {
    return JSON.parse(this.text(path)) as Manifest
  }
}
