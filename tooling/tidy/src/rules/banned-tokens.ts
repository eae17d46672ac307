/** What is left in by mistake, or switches a check off without saying why. */
import type { ParsedModule } from '../syntax.ts'
import type { Finding, Rule } from '../rule.ts'
import { isNode, nameOf, walk, type Node } from '../syntax.ts'

export const bannedTokens: Rule = {
  name: 'nothing is left in by mistake',
  check: (repository) =>
    repository.sources().flatMap((path) => {
      const module = repository.module(path)
      return [...commentFindings(path, module), ...syntaxFindings(path, module)]
    }),
}

function commentFindings(path: string, { comments }: ParsedModule): Finding[] {
  return comments.flatMap(({ text, line }) => {
    const message = commentProblem(text)
    return message === undefined ? [] : [{ path, line, message }]
  })
}

function commentProblem(text: string): string | undefined {
  const left = /\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d+)/.exec(text)?.[1]
  if (left !== undefined) return `${left} without an issue; do it, or name the issue as #12.`
  const ignored = /@ts-(ignore|nocheck)/.exec(text)?.[0]
  if (ignored !== undefined) return `${ignored} hides errors; use @ts-expect-error and say why.`
  if (/@ts-expect-error\s*$/.test(text)) return '@ts-expect-error must say why behind it.'
  if (/(ox|es)lint-disable/.test(text) && !/--\s*\S/.test(text)) {
    return 'a rule is switched off; say why behind ` -- `.'
  }
  return undefined
}

function syntaxFindings(path: string, { program, lineOf }: ParsedModule): Finding[] {
  return [...walk(program)].flatMap((node) => {
    const message = syntaxProblem(node)
    return message === undefined ? [] : [{ path, line: lineOf(node.start), message }]
  })
}

function syntaxProblem(node: Node): string | undefined {
  const type = node['typeAnnotation']
  if (/^TS(As|TypeAssertion)/.test(node.type) && isNode(type) && type.type === 'TSAnyKeyword') {
    return '`as any` switches types off; name the type, or use unknown and narrow it.'
  }
  if (node.type === 'DebuggerStatement') return '`debugger` was left in; remove it.'
  const callee = node['callee']
  if (node.type !== 'CallExpression' || !isNode(callee)) return undefined
  const method = callee.type === 'MemberExpression' ? nameOf(callee['property']) : undefined
  const runner = nameOf(callee['object']) ?? ''
  if (method === 'only' && /^(it|test|describe|suite)$/.test(runner)) {
    return `${runner}.only leaves out all other tests; remove it.`
  }
  return undefined
}
