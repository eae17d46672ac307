/** Pieces of code that run as they are: over the store that this page shows. */
import { storePlace } from './store-place.ts'

/**
 * A piece of code: imports, the playground's own store, then `body`, which may fail and still ends
 * the store as it should. `names` are imported from the core package beside the manager.
 */
export function program(
  body: readonly string[],
  imports: readonly string[] = [],
  names: readonly string[] = [],
): string {
  return opened('storage', 'StorageManager', 'StorageManager.open', { body, imports, names })
}

/** As {@link program}, over the tables beside that store, `tables`. */
export function tablesProgram(
  body: readonly string[],
  imports: readonly string[] = [],
  names: readonly string[] = [],
): string {
  return opened('tables', 'openTables', 'openTables', { body, imports, names })
}

/** As {@link program}, over the queues beside that store, `queues`. */
export function queuesProgram(
  body: readonly string[],
  imports: readonly string[] = [],
  names: readonly string[] = [],
): string {
  return opened('queues', 'openQueues', 'openQueues', { body, imports, names })
}

function opened(
  variable: 'storage' | 'tables' | 'queues',
  name: string,
  open: string,
  { body, imports, names }: Readonly<Record<'body' | 'imports' | 'names', readonly string[]>>,
): string {
  const place = storePlace()
  const isBeside = place.storageType === 's3' && variable !== 'storage'
  const own = isBeside ? place.beside[variable] : undefined
  const fromCore = [...names, name, ...(own?.names ?? [])].sort((a, b) => a.localeCompare(b, 'en'))
  const given = own?.given ?? ['{', ...settings().map((line) => `  ${line}`), '}']
  return [
    ...imports,
    `import { ${fromCore.join(', ')} } from '@aos-storage/core'`,
    '',
    `const ${variable} = await ${open}(${given.join('\n')})`,
    'try {',
    ...body.map((line) => `  ${line}`),
    '} finally {',
    `  await ${variable}.close()`,
    '}',
    '',
  ].join('\n')
}

/** The lines of the configuration that opens the shared objects. */
export function settings(): readonly string[] {
  const place = storePlace()
  if (place.storageType === 'file') {
    return ["storageType: 'file',", `basePath: ${literal(place.basePath)},`]
  }
  if (place.storageType === 's3') return place.settings
  const { connectionString, container } = place
  return [
    "storageType: 'azure',",
    connectionString === undefined
      ? "connectionString: process.env['AOS_AZURE_CONNECTION_STRING'],"
      : `connectionString: ${literal(connectionString)},`,
    `container: ${literal(container)},`,
  ]
}

/** A longer text is no part of the code: the program reads it from a file. */
export const literalCharsMax = 4000

/**
 * A text as a literal of TypeScript; one of several lines as a template, so that what a person
 * typed can be read. What nobody sees, or what turns the direction of what follows, is escaped, so
 * that no text makes the code look like another one (CVE-2021-42574).
 */
export function literal(text: string): string {
  if (!text.includes('\n')) return quoted(text)
  return `\`${text.replaceAll(outOfTemplate, escaped)}\``
}

/** A text as a literal of TypeScript, on one line. */
export function quoted(text: string): string {
  return `'${text.replaceAll(outOfQuotes, escaped)}'`
}

/** Also a half of a character (Cs): no file holds it. */
const unseen = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`
const outOfQuotes = new RegExp(String.raw`[\\']|${unseen}`, 'gu')
/** A return is no line to a template: bare, it would be read as one of its newlines. */
const outOfTemplate = new RegExp(`[\\\\\`]|\\$(?=\\{)|(?![\\n\\t])${unseen}`, 'gu')

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(char: string): string {
  if (/^[\\'`$]$/.test(char)) return `\\${char}`
  const hex = char.codePointAt(0)!.toString(16)
  return short[char] ?? (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`)
}
