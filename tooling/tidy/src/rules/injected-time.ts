/**
 * No clock and no chance in the sources but through the injected ones, so that a test turns the
 * hands and a failing run can be run again. Files named clock, random or scheduler bring them in;
 * the kits under `src/testing/` run beside real processes and are exempt.
 */
import type { Finding, Rule } from '../rule.ts'
import { memberPath, nameOf, nodes, walk, type Node } from '../syntax.ts'

const injecting = /(^|\/)(clock|random|scheduler)\.ts$|\/src\/testing\//

/** Where reading the host directly is right, each with its reason. */
const allowed: Readonly<Record<string, string>> = {}

const members = [
  'Date.now',
  'performance.now',
  'process.hrtime',
  'Math.random',
  'AbortSignal.timeout',
  'crypto.randomUUID',
  'crypto.randomBytes',
  'crypto.getRandomValues',
]
const calls = ['setTimeout', 'setInterval', 'Date']
const imported = ['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync']
const modules = ['node:timers', 'node:timers/promises', 'node:perf_hooks']
/** Gives way to other work, with no time in it. */
const timeless = 'setImmediate'

export const injectedTime: Rule = {
  name: 'time and chance are injected',
  check: (repository) =>
    repository
      .sources(/^packages\/[^/]+\/src\//)
      .filter((path) => !injecting.test(path) && !(path in allowed))
      .flatMap((path) => {
        const { program, lineOf } = repository.module(path)
        const findings: Finding[] = []
        for (const node of walk(program)) {
          const used = sourceOfChance(node)
          if (used !== undefined) {
            findings.push({ path, line: lineOf(node.start), message: advice(used) })
          }
        }
        return findings
      }),
}

function sourceOfChance(node: Node): string | undefined {
  if (node.type === 'ImportDeclaration') {
    const from = modules.find((name) => name === nameOf(node['source']))
    const names = nodes(node['specifiers']).map((each) => nameOf(each['imported']))
    return names.every((name) => name === timeless) ? undefined : from
  }
  const path = memberPath(node)
  if (path !== undefined) return members.find((member) => member === path)
  const callee = nameOf(node['callee'])
  if (node.type === 'CallExpression') return calls.find((name) => name === callee)
  if (node.type === 'NewExpression' && callee === 'Date') {
    return nodes(node['arguments']).length === 0 ? 'new Date()' : undefined
  }
  if (node.type === 'ImportSpecifier') {
    return imported.find((name) => name === nameOf(node['imported']))
  }
  return undefined
}

function advice(used: string): string {
  return `${used} reads the host; take a Clock or Random of core, or list the file with a reason.`
}
