/**
 * The exports of a published package name what is built from what is there: the source, the tsup
 * entry and the two built files agree, and what npm gets is the same without the source condition.
 */
import { isDeepStrictEqual } from 'node:util'

import type { Package, Repository } from '../repository.ts'
import type { Finding, Rule } from '../rule.ts'
import { nameOf, nodes, walk } from '../syntax.ts'

const condition = '@aos-storage/source'

export const exportsMap: Rule = {
  name: 'exports, sources, tsup entries and publishConfig agree',
  check: (repository) =>
    repository
      .publicPackages()
      .flatMap((each) => [
        ...entryFindings(repository, each),
        ...tsupFindings(repository, each),
        ...publishFindings(each),
      ]),
}

function sourcesOf({ manifest }: Package): string[] {
  const bins = typeof manifest.bin === 'string' ? [manifest.bin] : Object.values(manifest.bin ?? {})
  return [
    ...Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === 'object' && target !== null && condition in target
        ? [target[condition]]
        : [],
    ),
    ...bins.map((bin) => bin.replace(/^(\.\/)?dist\//, './src/').replace(/\.js$/, '.ts')),
  ]
}

function entryFindings(repository: Repository, { folder, manifest }: Package): Finding[] {
  const path = `${folder}/package.json`
  const { exports } = manifest
  if (exports === undefined) return [{ path, message: 'has no exports; give it at least ".".' }]
  return Object.entries(exports).flatMap(([name, target]): Finding[] => {
    // A closed folder ("./internal/*": null) and package.json are no entries.
    if (target === null || typeof target === 'string') return []
    const source = target[condition]
    if (source === undefined) {
      return [{ path, message: `export "${name}" has no "${condition}"; point it to ./src.` }]
    }
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
    const expected = { [condition]: source, types: `${built}.d.ts`, default: `${built}.js` }
    const findings: Finding[] = []
    if (!isDeepStrictEqual(Object.entries(target), Object.entries(expected))) {
      const message = `export "${name}" must be, in this order: ${JSON.stringify(expected)}`
      findings.push({ path, message })
    }
    if (!repository.has(`${folder}/${source.slice(2)}`)) {
      findings.push({ path, message: `export "${name}" points to ${source}, which is not there.` })
    }
    return findings
  })
}

function tsupFindings(repository: Repository, each: Package): Finding[] {
  const path = `${each.folder}/tsup.config.ts`
  if (!repository.has(path)) return [{ path, message: 'is not there; see packages/core.' }]
  const entries: string[] = []
  for (const node of walk(repository.module(path).program)) {
    if (node.type === 'CallExpression' && nameOf(node['callee']) === 'library') {
      const [list] = nodes(node['arguments'])
      entries.push(...nodes(list?.['elements']).map((entry) => `./${nameOf(entry)}`))
    }
  }
  const findings: Finding[] = sourcesOf(each)
    .filter((source) => !entries.includes(source))
    .map((source) => ({ path, message: `does not build ${source}, which exports name.` }))
  // An entry that no export names is the main file of a child process or worker.
  for (const entry of entries) {
    if (repository.has(`${each.folder}/${entry.slice(2)}`)) continue
    findings.push({ path, message: `builds ${entry}, which is not there.` })
  }
  return findings
}

function publishFindings({ folder, manifest }: Package): Finding[] {
  const published = Object.fromEntries(
    Object.entries(manifest.exports ?? {}).map(([name, target]) => {
      if (typeof target !== 'object' || target === null) return [name, target]
      return [name, Object.fromEntries(Object.entries(target).filter(([key]) => key !== condition))]
    }),
  )
  if (isDeepStrictEqual(manifest.publishConfig?.exports, published)) return []
  const message = `publishConfig.exports must be exports without "${condition}".`
  return [{ path: `${folder}/package.json`, message }]
}
