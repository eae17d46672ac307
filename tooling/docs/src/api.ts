/**
 * `pnpm docs:api`: the reference of all public exports of all published packages, as pages in
 * `docs/api/` (ignored by git), made by TypeDoc of the sources' docstrings.
 *
 * TypeDoc needs the compiler's API, which TypeScript 7 has not: it runs on TypeScript 6, of this
 * package alone. What is wrong with a docstring (a link to nothing, a tag that is unknown) fails.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Application, type ProjectReflection } from 'typedoc'

import { entriesOf, publicPackages } from '@aos-tooling/release'

const root = resolve(import.meta.dirname, '../../..')
/** A public entry: `@aos-storage/core/backend`, and the source that it names. */
interface SourceEntry {
  readonly name: string
  readonly source: string
}

function sourceEntries(): SourceEntry[] {
  return publicPackages(root)
    .flatMap(entriesOf)
    .flatMap(({ name, source }) => (source === undefined ? [] : [{ name, source }]))
}

/** TypeDoc calls modules by their files; a reader calls them as they are imported. */
function nameModules(project: ProjectReflection, entries: readonly SourceEntry[]): void {
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName
    const entry = entries.find(({ source }) => source === file)
    if (entry === undefined) throw new Error(`No package exports ${file ?? module.name}`)
    module.name = entry.name
  }
}

async function writeReference(out: string): Promise<number> {
  const entries = sourceEntries()
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
