/**
 * "The code": TypeScript that does with the public API what an action of this screen did. Each
 * piece is a program of its own and runs as it is; the tests run every one.
 */
import type { ActionText } from '../../../web/actions.ts'
import { literal, literalCharsMax, quoted, tablesProgram } from '../../../web/program.ts'
import type { WireChange, WireKeys, WireProperties, WireValue } from '../server/wire.ts'

export function listTablesText(): ActionText {
  return {
    label: 'List the tables',
    code: tablesProgram([
      'for await (const table of tables.listTables()) {',
      '  console.log(table)',
      '}',
    ]),
  }
}

export function createTableText(table: string): ActionText {
  return {
    label: `Create the table ${table}`,
    code: tablesProgram([`console.log(await tables.createTable(${quoted(table)}))`]),
  }
}

export function dropTableText(table: string): ActionText {
  return {
    label: `Delete the table ${table}`,
    code: tablesProgram([`console.log(await tables.deleteTable(${quoted(table)}))`]),
  }
}

export function countText(table: string): ActionText {
  return {
    label: `Count ${table}`,
    code: tablesProgram([
      'let count = 0',
      '// No properties: the keys are enough.',
      `for await (const _ of tables.query(${quoted(table)}, { select: [] })) count += 1`,
      'console.log(count)',
    ]),
  }
}

/** What is listed. */
export interface QueryText {
  readonly table: string
  readonly filter?: string | undefined
  readonly select?: readonly string[] | undefined
}

/** All entities that satisfy the filter, page by page. */
export function queryText({ table, filter, select }: QueryText): ActionText {
  const options = [
    ...(filter === undefined ? [] : [`filter: ${literal(filter)}`]),
    ...(select === undefined ? [] : [`select: [${select.map(quoted).join(', ')}]`]),
  ]
  const given = options.length === 0 ? '' : `, { ${options.join(', ')} }`
  return {
    label: filter === undefined ? `Query ${table}` : `Query ${table} where ${filter}`,
    code: tablesProgram([
      `for await (const { entity } of tables.query(${quoted(table)}${given})) {`,
      '  console.log(entity)',
      '}',
    ]),
  }
}

/** An entity with its version. */
export function getText(table: string, keys: WireKeys): ActionText {
  return {
    label: `Get ${keysLabel(keys)} of ${table}`,
    code: tablesProgram([
      `const { entity, etag, modifiedAt } = await tables.get(${placeText(table, keys)})`,
      'console.log(entity, etag, modifiedAt)',
    ]),
  }
}

/** Changes as they were asked for: one, several each by itself, or all or none. */
export function saveText(
  table: string,
  changes: readonly WireChange[],
  isTransaction: boolean,
): ActionText {
  const writer = new ValueWriter()
  const body = isTransaction
    ? [
        `await tables.transact(${quoted(table)}, [`,
        ...changes.flatMap((change) => transactLines(change, writer)).map((line) => `  ${line}`),
        '])',
      ]
    : changes.flatMap((change) => changeLines(table, change, writer))
  const needed = changes.some((change) => change.kind === 'update' && change.mode === 'replace')
  const before =
    isTransaction && needed
      ? [`const got = (pk: string, rk: string) => tables.get(${quoted(table)}, pk, rk)`]
      : []
  return {
    label: saveLabel(table, changes, isTransaction),
    code: tablesProgram([...before, ...body], writer.imports, writer.names),
  }
}

export function saveLabel(
  table: string,
  changes: readonly WireChange[],
  isTransaction: boolean,
): string {
  const [first] = changes
  if (changes.length > 1 || first === undefined) {
    const how = isTransaction ? ' in one transaction' : ''
    const isDelete = changes.every(({ kind }) => kind === 'delete')
    return `${isDelete ? 'Delete' : 'Save'} ${changes.length} entities of ${table}${how}`
  }
  const verbs = { insert: 'Add', update: 'Save', delete: 'Delete' } as const
  return `${verbs[first.kind]} ${keysLabel(first)} of ${table}`
}

/** Takes changes back, as the playground does: under conditions. */
export function undoText(label: string): ActionText {
  return {
    label: `Undo: ${label}`,
    code: [
      '// The playground kept the entities as they were, and puts them back where nobody changed',
      '// them since: insert what was deleted, update with `ifMatch` what was changed, delete with',
      '// `ifMatch` what was added.',
      '',
    ].join('\n'),
  }
}

export function keysLabel({ partitionKey, rowKey }: WireKeys): string {
  return `${partitionKey || '""'} / ${rowKey || '""'}`
}

function placeText(table: string, { partitionKey, rowKey }: WireKeys): string {
  return [table, partitionKey, rowKey].map(quoted).join(', ')
}

function changeLines(table: string, change: WireChange, writer: ValueWriter): string[] {
  const place = placeText(table, change)
  switch (change.kind) {
    case 'insert':
      return [
        `await tables.insert(${quoted(table)}, {`,
        ...entityLines(change, change.properties, writer),
        '})',
      ]
    case 'delete':
      return [
        `await tables.delete(${place}${
          change.ifMatch === undefined ? '' : `, { ifMatch: ${quoted(change.ifMatch)} }`
        })`,
      ]
    default: {
      const condition = `{ mode: '${change.mode}', ifMatch: ${quoted(change.ifMatch)} }`
      if (change.mode === 'merge') {
        return [
          `await tables.update(`,
          `  ${quoted(table)},`,
          '  {',
          ...entityLines(change, change.set, writer).map((line) => `  ${line}`),
          '  },',
          '  // Only over the version that was edited.',
          `  ${condition},`,
          ')',
        ]
      }
      return [
        '{',
        `  const { entity } = await tables.get(${place})`,
        '  await tables.update(',
        `    ${quoted(table)},`,
        '    {',
        ...replacingLines(change, 'entity', writer).map((line) => `    ${line}`),
        '    },',
        '    // Only over the version that was edited.',
        `    ${condition},`,
        '  )',
        '}',
      ]
    }
  }
}

function transactLines(change: WireChange, writer: ValueWriter): string[] {
  switch (change.kind) {
    case 'insert':
      return [
        "{ type: 'insert', entity: {",
        ...entityLines(change, change.properties, writer),
        '} },',
      ]
    case 'delete': {
      const { partitionKey, rowKey, ifMatch } = change
      const condition = ifMatch === undefined ? '' : `, ifMatch: ${quoted(ifMatch)}`
      const keys = `partitionKey: ${quoted(partitionKey)}, rowKey: ${quoted(rowKey)}`
      return [`{ type: 'delete', ${keys}${condition} },`]
    }
    default: {
      const { mode, ifMatch, partitionKey, rowKey } = change
      const got = `(await got(${quoted(partitionKey)}, ${quoted(rowKey)})).entity`
      const lines =
        mode === 'merge'
          ? entityLines(change, change.set, writer)
          : replacingLines(change, got, writer)
      return [
        `{ type: 'update', mode: '${mode}', ifMatch: ${quoted(ifMatch)}, entity: {`,
        ...lines,
        '} },',
      ]
    }
  }
}

function replacingLines(
  change: WireChange & { readonly kind: 'update' },
  entity: string,
  writer: ValueWriter,
): string[] {
  return [
    `  ...${entity},`,
    ...change.remove.map((name) => `  ${nameText(name)}: undefined,`),
    ...propertyLines(change.set, writer),
  ]
}

function entityLines(
  { partitionKey, rowKey }: WireKeys,
  properties: WireProperties,
  writer: ValueWriter,
): string[] {
  return [
    `  partitionKey: ${quoted(partitionKey)},`,
    `  rowKey: ${quoted(rowKey)},`,
    ...propertyLines(properties, writer),
  ]
}

function propertyLines(properties: WireProperties, writer: ValueWriter): string[] {
  return Object.entries(properties).map(
    ([name, value]) => `  ${nameText(name)}: ${writer.write(value, name)},`,
  )
}

/** Names are identifiers; those of another alphabet are quoted all the same. */
function nameText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)
}

/** Writes values, and knows what a program has to import for them. */
class ValueWriter {
  #hasGuid = false
  #hasFile = false

  get names(): string[] {
    return this.#hasGuid ? ['Guid'] : []
  }

  get imports(): string[] {
    return this.#hasFile ? ["import { readFileSync } from 'node:fs'"] : []
  }

  write({ type, text }: WireValue, name: string): string {
    if (text.length > literalCharsMax) {
      // A long value is no part of the code.
      this.#hasFile = true
      return type === 'bytes'
        ? `readFileSync(${quoted(`${name}.bin`)})`
        : `readFileSync(${quoted(`${name}.txt`)}, 'utf8')`
    }
    switch (type) {
      case 'string':
        return quoted(text)
      case 'number':
      case 'boolean':
        return text
      case 'bigint':
        return `${text}n`
      case 'date':
        return `new Date(${quoted(text)})`
      case 'bytes':
        return `Buffer.from(${quoted(text)}, 'base64')`
      default:
        this.#hasGuid = true
        return `new Guid(${quoted(text)})`
    }
  }
}
