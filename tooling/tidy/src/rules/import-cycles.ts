/**
 * No file of a package needs itself to load. Imports of types alone are erased and do not count.
 */
import { posix } from 'node:path'

import type { Repository } from '../repository.ts'
import type { Finding, Rule } from '../rule.ts'

export const importCycles: Rule = {
  name: 'no import cycles inside a package',
  check: (repository) =>
    repository
      .packages(/^(packages|apps|tooling)\//)
      .flatMap(({ folder }) => cyclesOf(graphOf(repository, `${folder}/src/`))),
}

type Graph = ReadonlyMap<string, readonly string[]>

function graphOf(repository: Repository, prefix: string): Graph {
  const paths = repository.sources().filter((path) => path.startsWith(prefix))
  return new Map(
    paths.map((path) => [
      path,
      repository
        .module(path)
        .imports.filter(
          ({ specifier, typeOnly, kind }) =>
            specifier.startsWith('.') && !typeOnly && kind === 'static',
        )
        .map(({ specifier }) => posix.join(posix.dirname(path), specifier)),
    ]),
  )
}

/** Each cycle once, as a finding in the file where it was entered. */
function cyclesOf(graph: Graph): Finding[] {
  const findings: Finding[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      const names = [...trail.slice(start), path].map((each) => posix.basename(each))
      findings.push({ path, message: `is in a cycle: ${names.join(' -> ')}; move what both need.` })
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return findings
}
