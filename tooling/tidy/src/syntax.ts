/** TypeScript as a tree, by oxc: TypeScript 7 has no compiler API, and text search guesses. */
import { parseSync } from 'oxc-parser'

/** Any node of the tree (ESTree with TypeScript). Members beyond these are read by name. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

interface Comment {
  readonly text: string
  readonly line: number
}

/** An import or re-export of another module, static or dynamic with a literal. */
export interface ModuleImport {
  readonly specifier: string
  readonly line: number
  readonly kind: 'static' | 'dynamic'
  /** Erased when the types are stripped. */
  readonly typeOnly: boolean
}

export interface ParsedModule {
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly imports: readonly ModuleImport[]
  /** 1-based line of an offset. */
  readonly lineOf: (offset: number) => number
}

export function parseModule(path: string, text: string): ParsedModule {
  const { program, comments, errors } = parseSync(path, text)
  const [error] = errors
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`)
  const lineOf = lineFinder(text)
  const root = program as unknown as Node
  return {
    program: root,
    comments: comments.map(({ value, start }) => ({ text: value, line: lineOf(start) })),
    imports: importsOf(root, lineOf),
    lineOf,
  }
}

/** Every node below and including `node`, parents first. */
export function* walk(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield* walk(child)
    }
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The name of an identifier, or the text of a string literal; undefined for all else. */
export function nameOf(value: unknown): string | undefined {
  if (isNode(value) && value.type === 'Identifier') return value['name'] as string
  return literalOf(value)
}

/** The text of a string literal; undefined for all else. */
function literalOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined
  const literal = value['value']
  return value.type === 'Literal' && typeof literal === 'string' ? literal : undefined
}

/** `a.b` of a member expression on a plain identifier, without brackets. */
export function memberPath(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== 'MemberExpression' || value['computed'] === true) {
    return undefined
  }
  const [object, property] = [nameOf(value['object']), nameOf(value['property'])]
  return object === undefined || property === undefined ? undefined : `${object}.${property}`
}

/** `nodes(value)`: the list that a node holds under a name, empty when it holds none. */
export function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

function importsOf(program: Node, lineOf: (offset: number) => number): ModuleImport[] {
  const found: ModuleImport[] = []
  for (const node of walk(program)) {
    const specifier = literalOf(node['source'])
    if (specifier === undefined) continue
    const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type'
    const kind = node.type === 'ImportExpression' ? 'dynamic' : 'static'
    const isImport = /^(Import(Declaration|Expression)|Export(Named|All)Declaration)$/
    if (isImport.test(node.type))
      found.push({ specifier, line: lineOf(node.start), kind, typeOnly })
  }
  return found
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const next = starts.findIndex((start) => start > offset)
    return next === -1 ? starts.length : next
  }
}
