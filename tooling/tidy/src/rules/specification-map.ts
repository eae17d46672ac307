/**
 * The map from the specification names only what exists: each name is declared in the file that it
 * links to and exported by its package, each test is in its file, and what is quoted of options and
 * codes occurs in the sources.
 *
 *     | `storage.load(key)` | [`StorageManager.load`](../path.ts) | | [a.test.ts](..) “title” | |
 */
import { posix } from 'node:path'

import type { Repository } from '../repository.ts'
import type { Rule } from '../rule.ts'
import { type Node, isNode, nameOf, nodes, walk } from '../syntax.ts'

const page = 'docs/specification-map.md'

export const specificationMap: Rule = {
  name: 'the map of the specification names what exists',
  check(repository) {
    if (!repository.has(page)) return []
    const words = new Set<string>()
    for (const path of repository.sources(/^packages\/[^/]+\/src\//)) {
      for (const word of repository.text(path).split(/\W+/)) words.add(word)
    }
    return repository
      .text(page)
      .split('\n')
      .flatMap((text, index) => {
        const problems = [
          ...namesIn(text).map(([name, path]) => nameProblem(repository, name, path)),
          ...titlesIn(text).map(([path, title]) => titleProblem(repository, path, title)),
          ...wordsIn(text).map((word) =>
            words.has(word) ? undefined : `\`${word}\` is nowhere in the sources; rename it here.`,
          ),
          rowProblem(text),
        ]
        return problems
          .filter((message) => message !== undefined)
          .map((message) => ({ path: page, line: index + 1, message }))
      })
  },
}

/** Names with the file that declares them. */
function namesIn(line: string): [name: string, path: string][] {
  const found = line.matchAll(/\[`([^`]+)`\]\(([^)#]+)(?:#[^)]*)?\)/g)
  return [...found].map(([, name, target]) => [name!, fromPage(target!)])
}

/** Files with a title that stands behind their link. */
function titlesIn(line: string): [path: string, title: string][] {
  const found = line.matchAll(/\]\(([^)#]+)\) “([^”]+)”/g)
  return [...found].map(([, target, title]) => [fromPage(target!), title!.replaceAll('\\|', '|')])
}

/** Words in code behind the first column, which is Python, and not of what is still to come. */
function wordsIn(line: string): string[] {
  if (!line.startsWith('| ')) return []
  const cells = line.split(/(?<!\\)\|/).slice(2)
  const present = cells.filter((cell) => !/\bnot yet\b/.test(cell)).join('|')
  const plain = present.replaceAll(/\[`[^`]+`\]\([^)]+\)|“[^”]+”/g, '')
  return [...plain.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code!.match(/[A-Za-z]\w+/g) ?? [])
}

/** What has a counterpart has a test, and each title stands behind its file. */
function rowProblem(line: string): string | undefined {
  const [, , counterpart, , test] = line.split(/(?<!\\)\|/)
  if (!line.startsWith('| ') || test === undefined) return undefined
  const titles = test.split('“').length - 1
  if (titles !== titlesIn(test).length) return 'a title has no link to its file; put one before it.'
  if (titles > 0 || !counterpart!.includes('`](')) return undefined
  return 'this call has a counterpart and no test; name one.'
}

function fromPage(target: string): string {
  return posix.join(posix.dirname(page), target)
}

function nameProblem(repository: Repository, name: string, path: string): string | undefined {
  if (!repository.has(path)) return `${path}, where \`${name}\` should be, is not there.`
  const [owner, member] = name.split('.') as [string, string?]
  const declared = declarationOf(repository, path, owner)
  if (declared === undefined) return `\`${owner}\` is not declared in ${path}.`
  if (!isPublic(repository, path, owner))
    return `\`${owner}\` is exported by no entry of its package.`
  if (member === undefined || hasMember(repository, path, declared, member)) return undefined
  return `\`${owner}\` has no \`${member}\`.`
}

function titleProblem(repository: Repository, path: string, title: string): string | undefined {
  if (!repository.has(path)) return `${path}, where “${title}” should be, is not there.`
  for (const node of walk(repository.module(path).program)) {
    if (nameOf(node) === title && node.type === 'Literal') return undefined
    if (node.type === 'TemplateLiteral' && templateOf(repository.text(path), node) === title) {
      return undefined
    }
  }
  return `“${title}” is no title in ${path}.`
}

/** A template as it is written, without its quotes. */
function templateOf(text: string, node: Node): string {
  return text.slice(node.start + 1, node.end - 1)
}

function declarationOf(repository: Repository, path: string, name: string): Node | undefined {
  for (const statement of nodes(repository.module(path).program['body'])) {
    const inner = statement['declaration']
    const declaration = isNode(inner) ? inner : statement
    const declared = [declaration, ...nodes(declaration['declarations'])]
    const found = declared.find((each) => nameOf(each['id']) === name)
    if (found !== undefined) return found
  }
  return undefined
}

function hasMember(repository: Repository, path: string, owner: Node, member: string): boolean {
  const body = owner['body']
  const members = isNode(body) ? nodes(body['body']) : []
  if (members.some((each) => nameOf(each['key']) === member)) return true
  const parents = [
    owner['superClass'],
    ...nodes(owner['extends']).map((each) => each['expression']),
  ]
  return parents.some((parent) => {
    const name = nameOf(parent)
    if (name === undefined) return false
    const home = homeOf(repository, path, name)
    const declared = declarationOf(repository, home, name)
    return declared !== undefined && hasMember(repository, home, declared, member)
  })
}

/** The file that a name comes from, as far as it is one of ours. */
function homeOf(repository: Repository, path: string, name: string): string {
  for (const statement of nodes(repository.module(path).program['body'])) {
    if (statement.type !== 'ImportDeclaration') continue
    const names = nodes(statement['specifiers']).map((each) => nameOf(each['local']))
    const source = nameOf(statement['source']) ?? ''
    const home = posix.join(posix.dirname(path), source)
    if (names.includes(name) && source.startsWith('.') && repository.has(home)) return home
  }
  return path
}

function isPublic(repository: Repository, path: string, name: string): boolean {
  const folder = /^packages\/[^/]+/.exec(path)?.[0]
  if (folder === undefined) return false
  const entries = Object.values(repository.manifest(`${folder}/package.json`).exports ?? {})
  return entries.some((entry) => {
    const source = typeof entry === 'object' ? entry?.['@aos-storage/source'] : undefined
    return source !== undefined && exports(repository, posix.join(folder, source), name)
  })
}

/** Whether a module exports a name, by itself or from others. */
function exports(repository: Repository, path: string, name: string): boolean {
  if (!repository.has(path)) return false
  return nodes(repository.module(path).program['body']).some((statement) => {
    if (!statement.type.startsWith('Export')) return false
    const source = nameOf(statement['source'])
    if (statement.type === 'ExportAllDeclaration') {
      return exports(repository, posix.join(posix.dirname(path), source ?? ''), name)
    }
    const named = nodes(statement['specifiers']).map((each) => nameOf(each['exported']))
    const declaration = statement['declaration']
    const own = isNode(declaration) ? [declaration, ...nodes(declaration['declarations'])] : []
    return named.includes(name) || own.some((each) => nameOf(each['id']) === name)
  })
}
