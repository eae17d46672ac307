/**
 * Imports go down only: core <- backends, layers, stores <- otel, cli, playground; and every import
 * of a package's source is declared, public and spelled with `node:` where it is Node's.
 */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'

import type { Manifest, Package, Repository } from '../repository.ts'
import type { Rule } from '../rule.ts'
import type { ModuleImport } from '../syntax.ts'

const scope = '@aos-storage/'
/** The top floor may know everything. */
const topFloor = ['otel', 'cli']

export const layering: Rule = {
  name: 'imports go down, are declared and public',
  check: (repository) =>
    repository.packages(/^(packages|apps|tooling)\/|^examples$/).flatMap((each) =>
      repository
        .sources()
        .filter((path) => path.startsWith(`${each.folder}/`))
        .flatMap((path) =>
          repository.module(path).imports.flatMap((imported) => {
            const message = importProblem(repository, each, path, imported)
            return message === undefined ? [] : [{ path, line: imported.line, message }]
          }),
        ),
    ),
}

function importProblem(
  repository: Repository,
  each: Package,
  path: string,
  imported: ModuleImport,
): string | undefined {
  const { specifier } = imported
  if (specifier.startsWith('.')) return relativeProblem(each, path, specifier)
  if (isBuiltin(specifier)) {
    return specifier.startsWith('node:') ? undefined : `write 'node:${specifier}'.`
  }
  if (/^(file:|https?:|\/)/.test(specifier)) return `'${specifier}' is tied to one machine.`
  const name = packageOf(specifier)
  const isSource = path.startsWith(`${each.folder}/src/`)
  if (name !== specifier && /^(src|dist)\//.test(specifier.slice(name.length + 1))) {
    return `'${specifier}' reaches into another package; use a public entry of ${name}.`
  }
  if (isSource && each.folder.startsWith('packages/')) {
    const problem = floorProblem(each.folder.slice('packages/'.length), name, imported)
    if (problem !== undefined) return problem
  }
  if (isSource && isOnDemand(each, name, imported)) return undefined
  return declarationProblem(repository, each, name, isSource)
}

function relativeProblem({ folder }: Package, path: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith(`${folder}/`)) {
    return `'${specifier}' leaves the package; import the other one by its name.`
  }
  const intoSource = path.startsWith(`${folder}/src/`) && !target.startsWith(`${folder}/src/`)
  if (intoSource && !target.endsWith('/package.json')) return `'${specifier}' leaves src.`
  if (/\.m?[jt]sx?$|\.json$|\.css$/.test(specifier)) return undefined
  return `'${specifier}' has no extension; write it as the file is called, './name.ts'.`
}

function floorProblem(own: string, name: string, imported: ModuleImport): string | undefined {
  if (!name.startsWith(scope)) return undefined
  const other = name.slice(scope.length)
  if (other === own || topFloor.includes(own)) return undefined
  const isBackend = other.startsWith('backend-')
  if (own === 'core') {
    if (isBackend && imported.kind === 'dynamic') return undefined
    return `core imports no package; ${name} may import core instead.`
  }
  if (own.startsWith('backend-') && other !== 'core') {
    return `a backend imports only core; move what it needs of ${name} there.`
  }
  if (isBackend) return `only the top floor knows ${name}; take a StorageBackend as an argument.`
  if (topFloor.includes(other)) return `${name} is a floor above; turn the import round.`
  return undefined
}

/** `open` of core loads a backend that the user has installed, and says so when it is not there. */
function isOnDemand({ folder }: Package, name: string, { kind }: ModuleImport): boolean {
  return folder === 'packages/core' && kind === 'dynamic' && name.startsWith(`${scope}backend-`)
}

function declarationProblem(
  repository: Repository,
  { folder, manifest }: Package,
  name: string,
  isSource: boolean,
): string | undefined {
  if (name === manifest.name) return undefined
  const run = { ...manifest.dependencies, ...manifest.peerDependencies }
  if (name in run || name in (manifest.optionalDependencies ?? {})) return undefined
  // What a private package or a test uses may be a tool of the whole workspace.
  if (isSource && folder.startsWith('packages/')) {
    return `${name} is not in the dependencies of ${manifest.name}; add it there.`
  }
  const root: Manifest | undefined = repository.has('package.json')
    ? repository.manifest('package.json')
    : undefined
  if (name in { ...manifest.devDependencies, ...root?.devDependencies }) return undefined
  return `${name} is not in the devDependencies of ${manifest.name}; add it there.`
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
