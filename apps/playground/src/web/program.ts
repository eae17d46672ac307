/** Pieces of code that run as they are: over the store that this page shows. */
import { storePath } from './store-place.ts'

/**
 * A piece of code: imports, the playground's own store, then `body`. `names` are imported from the
 * core package beside the manager.
 */
export function program(
  body: readonly string[],
  imports: readonly string[] = [],
  names: readonly string[] = [],
): string {
  const fromCore = [...names, 'StorageManager'].sort((a, b) => a.localeCompare(b, 'en'))
  return [
    ...imports,
    `import { ${fromCore.join(', ')} } from '@aos-storage/core'`,
    '',
    'const storage = await StorageManager.open({',
    "  storageType: 'file',",
    `  basePath: ${literal(storePath())},`,
    '})',
    ...body,
    'await storage.close()',
    '',
  ].join('\n')
}

/** A text as a literal of TypeScript; one of several lines as a template. */
export function literal(text: string): string {
  if (!text.includes('\n') || text.length > literalCharsMax) return quoted(text)
  // Lines stay lines: what a person typed can be read. A return is no line to a template.
  if (text.includes('\r')) return quoted(text)
  return `\`${text.replaceAll(/[\\`]|\$(?=\{)/g, '\\$&')}\``
}

/** A longer text is not repeated line by line. */
const literalCharsMax = 4000

/** A text as a literal of TypeScript, on one line. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}
