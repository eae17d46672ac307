/**
 * What a package exports says what it is: a docstring stands in front of each declaration that an
 * entry point exports, wherever it is declared. The API reference is made of them.
 */
import { posix } from 'node:path'

import type { Repository } from '../repository.ts'
import type { Finding, Rule } from '../rule.ts'
import { nameOf, type Node, nodes } from '../syntax.ts'

const condition = '@aos-storage/source'

export const docstrings: Rule = {
  name: 'public exports have docstrings',
  check: (repository) => {
    const found = new Map<string, Finding>()
    for (const { folder, manifest } of repository.publicPackages()) {
      for (const target of Object.values(manifest.exports ?? {})) {
        if (typeof target !== 'object' || target === null) continue
        const source = target[condition]
        if (source === undefined) continue
        for (const finding of bare(repository, posix.join(folder, source), undefined)) {
          found.set(`${finding.path}:${finding.line} ${finding.message}`, finding)
        }
      }
    }
    return [...found.values()]
  },
}

/**
 * Exports of a module without a docstring: all, or those of these names. Follows what it hands on
 * from its own package.
 */
function bare(
  repository: Repository,
  path: string,
  names: ReadonlySet<string> | undefined,
): Finding[] {
  if (!repository.has(path)) return []
  const statements = nodes(repository.module(path).program['body'])
  return statements.flatMap((statement): Finding[] => {
    const source = nameOf(statement['source'])
    if (statement.type === 'ExportAllDeclaration') {
      return isOwn(source) ? bare(repository, beside(path, source), names) : []
    }
    if (statement.type !== 'ExportNamedDeclaration') return []
    const declaration = statement['declaration'] as Node | null
    if (declaration !== null) {
      const declared = declaredNames(declaration)
      const asked = declared.filter((name) => names === undefined || names.has(name))
      return lacking(repository, path, statement, declared, asked)
    }
    const handedOn = nodes(statement['specifiers'])
      .filter((each) => names === undefined || names.has(nameOf(each['exported']) ?? ''))
      .flatMap((each) => nameOf(each['local']) ?? [])
    if (isOwn(source)) return bare(repository, beside(path, source), new Set(handedOn))
    return source === undefined ? locals(repository, path, statements, handedOn) : []
  })
}

/** Names that are exported apart from where they are declared or imported. */
function locals(
  repository: Repository,
  path: string,
  statements: readonly Node[],
  names: readonly string[],
): Finding[] {
  return statements.flatMap((statement): Finding[] => {
    const source = nameOf(statement['source'])
    if (statement.type === 'ImportDeclaration' && isOwn(source)) {
      const imported = nodes(statement['specifiers'])
        .filter((each) => names.includes(nameOf(each['local']) ?? ''))
        .flatMap((each) => nameOf(each['imported']) ?? [])
      return imported.length === 0 ? [] : bare(repository, beside(path, source), new Set(imported))
    }
    const declared = declaredNames(statement)
    const asked = declared.filter((name) => names.includes(name))
    return lacking(repository, path, statement, declared, asked)
  })
}

/** One finding where something is asked for; the overloads of a function share a docstring. */
function lacking(
  repository: Repository,
  path: string,
  statement: Node,
  declared: readonly string[],
  asked: readonly string[],
): Finding[] {
  if (asked.length === 0 || hasDocstring(repository.text(path), statement.start)) return []
  const { program, lineOf } = repository.module(path)
  const isOverload = nodes(program['body']).some((other) => {
    const inner = (other['declaration'] as Node | null | undefined) ?? other
    return (
      other !== statement &&
      declaredNames(inner).some((name) => declared.includes(name)) &&
      hasDocstring(repository.text(path), other.start)
    )
  })
  if (isOverload) return []
  const message = `exports ${asked.join(', ')} without a docstring; say what it is, for a reader.`
  return [{ path, line: lineOf(statement.start), message }]
}

function hasDocstring(text: string, start: number): boolean {
  const before = text.slice(0, start).trimEnd()
  const docstring = before.slice(before.lastIndexOf('/*'))
  return /^\/\*\*[^]*\w[^]*\*\/$/.test(docstring)
}

function declaredNames(declaration: Node): string[] {
  if (declaration.type === 'VariableDeclaration') {
    return nodes(declaration['declarations']).flatMap((each) => nameOf(each['id']) ?? [])
  }
  const isDeclaration =
    /^(TS(Interface|TypeAlias|Enum)Declaration|ClassDeclaration|(TSDeclare)?Function(Declaration)?)$/
  return isDeclaration.test(declaration.type) ? [nameOf(declaration['id']) ?? ''] : []
}

function isOwn(source: string | undefined): source is string {
  return source?.startsWith('.') === true
}

function beside(path: string, source: string): string {
  return posix.join(posix.dirname(path), source)
}
