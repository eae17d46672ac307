/**
 * The public types of a package as text, one for each entry: what it exports, and what that names
 * without exporting it, flattened out of the built declarations, sorted, without comments.
 *
 * ```
 * dist/index.d.ts -> a.d.ts, b.d.ts, ...     import { T } from '...'        of others
 *                                            export interface A { ... }
 *                                            interface Named { ... }        not exported
 * ```
 *
 * Invariants: the same types give the same text, wherever they are declared. What several entries
 * export stands in the first of them; the others refer to it. What cannot be told in this way, such
 * as types that are added to other modules, is refused: it would change unseen.
 *
 * TypeScript 6 reads, because 7 has no compiler API. Modules of others are not loaded: their types
 * are names here.
 */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript-6'

import { declaredName, isReference } from './block.ts'
import type { Entry } from './entry.ts'

const head = '// Written by `pnpm api:update` from the built declarations. Do not edit.'

/** The texts of the snapshots by the names of the entries. */
export function snapshotsOf(entries: readonly Entry[]): Map<string, string> {
  for (const { name, declarations } of entries) {
    if (!existsSync(declarations)) {
      throw new Error(`${name} is not built: there is no ${declarations}. Run \`pnpm build\`.`)
    }
  }
  const program = ts.createProgram({
    rootNames: entries.map(({ declarations }) => declarations),
    options: programOptions,
    host: ownModulesOnly(ts.createCompilerHost(programOptions)),
  })
  for (const file of program.getSourceFiles()) assertTellable(file)
  const writer = new SnapshotWriter(program, entries)
  return new Map(entries.map((entry) => [entry.name, writer.textOf(entry)]))
}

const programOptions: ts.CompilerOptions = {
  noLib: true,
  types: [],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
}

function ownModulesOnly(host: ts.CompilerHost): ts.CompilerHost {
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => {
      if (!text.startsWith('.')) return { resolvedModule: undefined }
      const file = resolve(dirname(containingFile), text.replace(/\.[jt]s$/, '.d.ts'))
      return { resolvedModule: { resolvedFileName: file, extension: ts.Extension.Dts } }
    })
  return host
}

/** @throws {Error} For a statement whose types would not stand in the text. */
function assertTellable(file: ts.SourceFile): void {
  for (const statement of file.statements) {
    const problem = untellable(statement)
    if (problem !== undefined) {
      throw new Error(`${file.fileName} ${problem}, ${untold}`)
    }
  }
}

const untold = 'which a snapshot cannot tell: export names.'

function untellable(statement: ts.Statement): string | undefined {
  if (ts.isModuleDeclaration(statement)) {
    const { name, flags } = statement
    const isOfOthers = ts.isStringLiteral(name) || (flags & ts.NodeFlags.GlobalAugmentation) !== 0
    return isOfOthers ? `adds to ${name.text}` : undefined
  }
  if (!ts.isExportDeclaration(statement)) return undefined
  const module = moduleOf(statement)
  const isAll = statement.exportClause === undefined && module?.startsWith('.') === false
  return isAll ? `exports all of ${module}` : undefined
}

/** Where a name of somebody else's comes from, and what it is called there. */
interface Foreign {
  readonly module: string
  readonly name: string
}

interface Home {
  readonly entry: Entry
  readonly exportName: string
}

class SnapshotWriter {
  readonly #checker: ts.TypeChecker
  readonly #exports = new Map<Entry, ts.Symbol[]>()
  /** Where a declaration is exported first. */
  readonly #homes = new Map<ts.Symbol, Home>()
  readonly #printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed })

  constructor(program: ts.Program, entries: readonly Entry[]) {
    this.#checker = program.getTypeChecker()
    for (const entry of entries) {
      const file = program.getSourceFile(entry.declarations)
      const module = file && this.#checker.getSymbolAtLocation(file)
      if (module === undefined) throw new Error(`${entry.declarations} exports nothing.`)
      const exported = this.#checker.getExportsOfModule(module)
      this.#exports.set(entry, exported)
      for (const symbol of exported) {
        const target = this.#target(symbol)
        if (target.declarations?.some(ts.isSourceFile) === true) {
          throw new Error(`${entry.name} exports a module as ${symbol.name}, ${untold}`)
        }
        if (!this.#homes.has(target)) this.#homes.set(target, { entry, exportName: symbol.name })
      }
    }
  }

  textOf(entry: Entry): string {
    const imports = new Set<string>()
    const exported: string[] = []
    const own: string[] = []
    const waiting: ts.Symbol[] = []
    const seen = new Set<ts.Symbol>()
    const add = (symbol: ts.Symbol, isExported: boolean): void => {
      if (seen.has(symbol)) return
      seen.add(symbol)
      const statements = statementsOf(symbol)
      const texts = statements.map((statement) => this.#print(statement, isExported))
      const list = isExported ? exported : own
      list.push(texts.join('\n'))
      for (const statement of statements) this.#follow(statement, entry, imports, waiting)
    }
    for (const symbol of this.#exports.get(entry) ?? []) {
      const target = this.#target(symbol)
      const home = this.#homes.get(target)
      const foreign = this.#foreign(symbol)
      const type = this.#isTypeOnly(symbol, target) ? 'type ' : ''
      if (foreign !== undefined) {
        exported.push(
          `export { ${type}${as(foreign.name, symbol.name)} } from '${foreign.module}';`,
        )
      } else if (home !== undefined && home.entry !== entry) {
        const name = as(home.exportName, symbol.name)
        exported.push(`export { ${type}${name} } from '${home.entry.name}';`)
      } else {
        const isSame = target.name === symbol.name && type === ''
        add(target, isSame)
        if (!isSame) exported.push(`export { ${type}${as(target.name, symbol.name)} };`)
      }
    }
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) add(next, false)
    const lists = [[...imports], exported.filter(isReference)].map((list) =>
      list.sort(byName).join('\n'),
    )
    const declared = exported.filter((block) => !isReference(block))
    const parts = [head, ...lists, ...declared.sort(byName), ...own.sort(byName)]
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`
  }

  /** Finds what a declaration names: of others, of another entry, or to be written down too. */
  #follow(node: ts.Node, entry: Entry, imports: Set<string>, waiting: ts.Symbol[]): void {
    const visit = (child: ts.Node): void => {
      if (ts.isIdentifier(child)) this.#refer(child, entry, imports, waiting)
      ts.forEachChild(child, visit)
    }
    visit(node)
  }

  #refer(name: ts.Identifier, entry: Entry, imports: Set<string>, waiting: ts.Symbol[]): void {
    const symbol = this.#checker.getSymbolAtLocation(name)
    if (symbol === undefined) return
    const foreign = this.#foreign(symbol)
    if (foreign !== undefined) {
      imports.add(`import { ${as(foreign.name, name.text)} } from '${foreign.module}';`)
      return
    }
    const target = this.#target(symbol)
    if (statementsOf(target).length === 0) return
    const home = this.#homes.get(target)
    if (home === undefined) waiting.push(target)
    else if (home.entry !== entry) {
      imports.add(`import { ${as(home.exportName, name.text)} } from '${home.entry.name}';`)
    } else if (home.exportName !== target.name) waiting.push(target)
  }

  #target(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0
      ? symbol
      : this.#checker.getAliasedSymbol(symbol)
  }

  /** The module of somebody else's that a name comes from in the end. */
  #foreign(symbol: ts.Symbol): Foreign | undefined {
    for (const alias of this.#aliases(symbol)) {
      const declaration = alias.declarations?.[0]
      const module = moduleOf(declaration)
      if (declaration === undefined || module === undefined || module.startsWith('.')) continue
      return { module, name: nameInModule(declaration, alias.name) }
    }
    return undefined
  }

  /** Whether a class or another value is exported for its type alone. */
  #isTypeOnly(symbol: ts.Symbol, target: ts.Symbol): boolean {
    if ((target.flags & ts.SymbolFlags.Value) === 0) return false
    return this.#aliases(symbol).some(({ declarations = [] }) =>
      declarations.some(ts.isTypeOnlyImportOrExportDeclaration),
    )
  }

  /** From the name that is used to the last that only stands for another. */
  #aliases(symbol: ts.Symbol): ts.Symbol[] {
    const found: ts.Symbol[] = []
    let current: ts.Symbol | undefined = symbol
    while (current !== undefined && (current.flags & ts.SymbolFlags.Alias) !== 0) {
      found.push(current)
      current = this.#checker.getImmediateAliasedSymbol(current)
    }
    return found
  }

  #print(statement: ts.Statement, isExported: boolean): string {
    const text = this.#printer
      .printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile())
      .replace(/^(export )?(declare )?/, '')
    return isExported ? `export ${text}` : text
  }
}

/** The statements at the top of a file that declare it; none for members and parameters. */
function statementsOf(symbol: ts.Symbol): ts.Statement[] {
  const found = (symbol.declarations ?? []).flatMap((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
    const isTop = node.parent !== undefined && ts.isSourceFile(node.parent)
    return isTop && ts.isStatement(node) ? [node] : []
  })
  return [...new Set(found)]
}

/** The module that an import or export names. */
function moduleOf(declaration: ts.Declaration | undefined): string | undefined {
  for (let node: ts.Node | undefined = declaration; node !== undefined; node = node.parent) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const { moduleSpecifier } = node
      return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
        ? moduleSpecifier.text
        : undefined
    }
  }
  return undefined
}

/** What a declaration takes from its module: `A` of `import { A as B }`. */
function nameInModule(declaration: ts.Declaration, name: string): string {
  if (ts.isImportClause(declaration)) return 'default'
  if (ts.isNamespaceImport(declaration) || ts.isNamespaceExport(declaration)) return '*'
  const isSpecifier = ts.isImportSpecifier(declaration) || ts.isExportSpecifier(declaration)
  return isSpecifier ? (declaration.propertyName?.text ?? name) : name
}

function as(name: string, other: string): string {
  return name === other ? name : `${name} as ${other}`
}

function byName(a: string, b: string): number {
  const [first, second] = [declaredName(a), declaredName(b)]
  return first === second ? (a < b ? -1 : 1) : first < second ? -1 : 1
}
