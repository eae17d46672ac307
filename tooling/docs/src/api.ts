/**
 * `pnpm docs:api`: the reference of all public exports of all published packages, as pages in
 * `docs/api/` (ignored by git), made by TypeDoc of the sources' docstrings.
 *
 * TypeDoc needs the compiler's API, which TypeScript 7 has not: it runs on TypeScript 6, of this
 * package alone. What is wrong with a docstring (a link to nothing, a tag that is unknown) fails.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Application, type ProjectReflection } from 'typedoc'

const root = resolve(import.meta.dirname, '../../..')
const condition = '@aos-storage/source'

/** A public entry: `@aos-storage/core/backend`, and the source that it names. */
interface Entry {
  readonly name: string
  readonly source: string
}

interface PackageManifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | null | Readonly<Record<string, string>>>>
}

function publicEntries(): Entry[] {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .flatMap((folder) => entriesOf(folder))
}

function entriesOf(folder: string): Entry[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest
  if (manifest.private === true) return []
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    const source = typeof target === 'object' && target !== null ? target[condition] : undefined
    return source === undefined
      ? []
      : [{ name: manifest.name + path.slice(1), source: join(folder, source) }]
  })
}

/** TypeDoc calls modules by their files; a reader calls them as they are imported. */
function nameModules(project: ProjectReflection, entries: readonly Entry[]): void {
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName
    const entry = entries.find(({ source }) => source === file)
    if (entry === undefined) throw new Error(`No package exports ${file ?? module.name}`)
    module.name = entry.name
  }
}

async function writeReference(out: string): Promise<number> {
  const entries = publicEntries()
  const tsconfig = join(root, 'tooling/docs/.tsbuild/api.json')
  await mkdir(join(root, 'tooling/docs/.tsbuild'), { recursive: true })
  const compilerOptions = { composite: false, declarationMap: false }
  const files = entries.map(({ source }) => source)
  const base = join(root, 'tooling/tsconfig/base.json')
  await writeFile(tsconfig, JSON.stringify({ extends: base, compilerOptions, files }))
  const app = await Application.bootstrap({
    name: 'aos-storage',
    entryPoints: files,
    tsconfig,
    readme: 'none',
    disableGit: true,
    basePath: root,
    sourceLinkTemplate: 'https://github.com/aos-storage/aos-storage/blob/main/{path}#L{line}',
    gitRevision: 'main',
    excludeInternal: true,
    excludePrivate: true,
    // What an exported type is made of may be nobody's business.
    validation: { notExported: false, invalidLink: true, rewrittenLink: true },
    treatWarningsAsErrors: true,
  })
  const project = await app.convert()
  if (project === undefined) return 1
  nameModules(project, entries)
  app.validate(project)
  await app.generateDocs(project, out)
  return app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0
}

process.exitCode = await writeReference(join(root, 'docs/api'))
