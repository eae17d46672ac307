/**
 * A layer may not forget a method: whatever implements StorageBackend in the sources names every
 * member of the contract itself. A spread of the inner backend would let a new member slip past the
 * layer unseen, and loses the methods of classes.
 */
import type { Repository } from '../repository.ts'
import type { Finding, Rule } from '../rule.ts'
import { isNode, nameOf, nodes, walk, type Node } from '../syntax.ts'

const contractFile = 'packages/core/src/backend.ts'
/** So many of its methods in one object mean that the object is a backend. */
const methodsMin = 3

export const layerMembers: Rule = {
  name: 'backends and layers name every member of the contract',
  check(repository) {
    if (!repository.has(contractFile)) return []
    const contract = contractMembers(repository)
    if (contract.length === 0) {
      return [{ path: contractFile, message: 'must hold `interface StorageBackend`.' }]
    }
    return repository
      .sources(/^packages\/[^/]+\/src\//)
      .flatMap((path) => fileFindings(repository, path, contract))
  },
}

/** The names in `interface StorageBackend`, optional ones too. */
export function contractMembers(repository: Repository): string[] {
  for (const node of walk(repository.module(contractFile).program)) {
    if (node.type !== 'TSInterfaceDeclaration' || nameOf(node['id']) !== 'StorageBackend') continue
    const body = node['body'] as Node
    return nodes(body['body']).flatMap((member) => nameOf(member['key']) ?? [])
  }
  return []
}

function fileFindings(
  repository: Repository,
  path: string,
  contract: readonly string[],
): Finding[] {
  const { program, lineOf } = repository.module(path)
  return [...walk(program)].flatMap((node) => {
    const members = membersOf(node, contract)
    if (members === undefined) return []
    const line = lineOf(node.start)
    const missing = contract.filter((name) => !members.includes(name))
    const message = `forgets ${missing.join(', ')}; name every member of StorageBackend.`
    const findings: Finding[] = missing.length === 0 ? [] : [{ path, line, message }]
    if (hasSpread(node)) {
      findings.push({ path, line, message: 'spreads a backend; hand each member on by name.' })
    }
    return findings
  })
}

/** The member names of a class or object that is a backend; undefined for all other nodes. */
function membersOf(node: Node, contract: readonly string[]): string[] | undefined {
  if (/^Class(Declaration|Expression)$/.test(node.type)) {
    const named = nodes(node['implements']).map((each) => nameOf(each['expression']))
    if (!named.includes('StorageBackend')) return undefined
    const body = node['body'] as Node
    return nodes(body['body']).flatMap((member) => nameOf(member['key']) ?? [])
  }
  if (node.type !== 'ObjectExpression') return undefined
  const properties = nodes(node['properties'])
  const names = properties.flatMap((property) => nameOf(property['key']) ?? [])
  const methods = properties.filter(
    (property) => isFunction(property['value']) && contract.includes(nameOf(property['key']) ?? ''),
  )
  const hasState = names.includes('capabilities') && methods.length > 0
  const overrides = methods.length > 0 && hasSpreadOf(node, /^(inner|backend|target|next)$/)
  if (overrides || (hasState && methods.length >= methodsMin)) return names
  return undefined
}

function isFunction(value: unknown): boolean {
  return isNode(value) && /^(ArrowFunction|Function)Expression$/.test(value.type)
}

function hasSpread(node: Node): boolean {
  return nodes(node['properties']).some(({ type }) => type === 'SpreadElement')
}

function hasSpreadOf(node: Node, name: RegExp): boolean {
  return nodes(node['properties']).some(
    (each) => each.type === 'SpreadElement' && name.test(nameOf(each['argument']) ?? ''),
  )
}
