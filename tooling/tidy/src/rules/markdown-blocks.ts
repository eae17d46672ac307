/**
 * Code in pages is tested: each page with a `ts`, `js` or `sh` block is named by a test, with
 * `testReadme(new URL('../README.md', import.meta.url))` or, for all pages of a folder,
 * `testPages(new URL('../../docs/', import.meta.url))`.
 *
 * A block that no test would read as one (in a quote, behind `~~~`, of a language that is not
 * known here) is refused, and so is a promise `// =>` that no test would compare.
 */
import { posix } from 'node:path'

import { type CodeFence, fencesOf, indentedCode } from '../markdown.ts'
import type { Repository } from '../repository.ts'
import type { Finding, Rule } from '../rule.ts'
import { isNode, nameOf, type Node, nodes, walk } from '../syntax.ts'

const tested: readonly string[] = ['ts', 'js', 'sh']
/** Languages that are not run. */
const plain: readonly string[] = ['', 'text', 'json', 'sql', 'yaml', 'diff', 'html', 'css', 'http']
/** Other names of the same languages, which the tests would pass over. */
const aliases: Readonly<Record<string, string>> = {
  typescript: 'ts',
  mts: 'ts',
  tsx: 'ts',
  javascript: 'js',
  mjs: 'js',
  jsx: 'js',
  bash: 'sh',
  shell: 'sh',
  console: 'sh',
  zsh: 'sh',
}

export const markdownBlocks: Rule = {
  name: 'code blocks of pages are tested',
  check: (repository) => {
    const covered = coveredPages(repository)
    const isCovered = (path: string): boolean =>
      covered.some((each) => (each.endsWith('/') ? path.startsWith(each) : path === each))
    // Changelogs are made of the texts of changesets, which are checked.
    const pages = repository.matching(/\.md$/).filter((path) => !path.endsWith('CHANGELOG.md'))
    return pages.flatMap((path): Finding[] => {
      const fences = fencesOf(repository.text(path))
      const message = 'is code by its indent alone, which no test reads; fence it by ```.'
      const indented = indentedCode(repository.text(path)).map((line) => ({ path, line, message }))
      const fenced = fences.flatMap((fence): Finding[] => {
        const message = shapeProblem(fence) ?? infoProblem(fence.language, fence.info)
        if (message !== undefined) return [{ path, line: fence.line, message }]
        return promiseProblems(fence).map((problem) => ({ path, ...problem }))
      })
      const wrong = [...indented, ...fenced]
      const first = fences.find(({ language }) => tested.includes(language))
      if (first === undefined || isCovered(path)) return wrong
      const untested =
        'is code that no test runs; name the page in one, see tooling/test/README.md.'
      return [...wrong, { path, line: first.line, message: untested }]
    })
  },
}

function shapeProblem({ marks, before }: CodeFence): string | undefined {
  if (marks.startsWith('~')) return 'is fenced by ~~~, which tests pass over; take ```.'
  if (before === '') return undefined
  return `is code behind "${before}", which tests pass over; begin its line with \`\`\`.`
}

/** What looks like a promise of output and is compared with nothing. */
function promiseProblems({ language, info, line, code }: CodeFence): Omit<Finding, 'path'>[] {
  if (language !== 'ts' && language !== 'js') return []
  return code.flatMap((text, index) => {
    const at = { line: line + index + 1 }
    if (/(?:^|\s)\/\/ => /.test(`${text} `)) {
      const message = 'promises output of a block that is not run; say it in words.'
      return info.startsWith('no-run:') ? [{ ...at, message }] : []
    }
    if (!/\/\/\s*(?:=>|-+>|[⇒→])/.test(text)) return []
    return [{ ...at, message: 'looks like output, which no test compares; write `// => `.' }]
  })
}

function infoProblem(language: string, info: string): string | undefined {
  const name = aliases[language.toLowerCase()]
  if (name !== undefined) return `is called ${language}; say ${name}, which is tested.`
  if (plain.includes(language)) return undefined
  if (!tested.includes(language)) {
    return `is called ${language}, which no test knows; say ts, js or sh, or add it to the rule.`
  }
  if (info === '' || (language === 'ts' && /^no-run: \S/.test(info))) return undefined
  return `says "${info}"; a ts block may say "no-run: WHY", and then its types are checked.`
}

/** Pages and, with `/` at the end, folders that tests name. */
function coveredPages(repository: Repository): string[] {
  return repository
    .sources(/\/test\/.*\.test\.ts$/)
    .filter((path) => /\btest(Readme|Pages)\(/.test(repository.text(path)))
    .flatMap((path) => {
      const all = [...walk(repository.module(path).program)]
      return all
        .filter((node) => /^test(Readme|Pages)$/.test(calleeOf(node)))
        .flatMap((node) => urlOf(nodes(node['arguments'])[0], all) ?? [])
        .map((target) => posix.join(posix.dirname(path), target))
    })
}

/** The text of `new URL('text', ...)`, or of the constant that holds it. */
function urlOf(value: Node | undefined, all: readonly Node[]): string | undefined {
  if (value?.type !== 'Identifier') return nameOf(nodes(value?.['arguments'])[0])
  const constant = all.find(
    (node) => node.type === 'VariableDeclarator' && nameOf(node['id']) === nameOf(value),
  )
  const init = constant?.['init']
  return isNode(init) ? nameOf(nodes(init['arguments'])[0]) : undefined
}

function calleeOf(node: Node): string {
  return node.type === 'CallExpression' ? (nameOf(node['callee']) ?? '') : ''
}
