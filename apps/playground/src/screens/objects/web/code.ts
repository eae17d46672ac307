/**
 * "The code": TypeScript that does with the public API what an action of this screen did. Each
 * piece is a program of its own and runs as it is; the tests run every one.
 */
import type { ActionText } from '../../../web/actions.ts'
import { literal, program, quoted } from '../../../web/program.ts'
import { holdsConditions } from '../../../web/store-place.ts'
import type { Selection } from './selection.ts'

export { literal, program }

/** On servers that hold none. */
export const noConditions =
  '// The server holds no conditions here: what others write meanwhile is lost.'

/** Over just this version, or only where nothing is. */
type SaveCondition = { readonly ifMatch: string } | { readonly ifNoneMatch: '*' }

function options(fields: Readonly<Record<string, string | undefined>>): string {
  const given = heldOf(fields)
  if (given.length === 0) return ''
  return `, { ${given.map(([name, value]) => `${name}: ${quoted(value)}`).join(', ')} }`
}

/** Of these options those that are given, without conditions where the server holds none. */
function heldOf(fields: Readonly<Record<string, string | undefined>>): [string, string][] {
  return (Object.entries(fields) as [string, string][]).filter(
    ([name, value]) =>
      value !== undefined && (holdsConditions() || !/^(sourceI|i)f(None)?Match$/.test(name)),
  )
}

/** What a copy or a move asks of its destination, as far as the server holds it. */
export function conditions(kind: 'copy' | 'move', isNew: boolean, etag?: string): string {
  return options({
    sourceIfMatch: etag,
    ifNoneMatch: isNew ? '*' : undefined,
    sourceCheck: kind === 'copy' || holdsConditions() ? undefined : 'none',
  })
}

/** Lists what is under a prefix, up to the next `/`. */
export function listText(prefix: string): ActionText {
  return {
    label: `List ${prefix === '' ? 'everything' : prefix}`,
    code: program([
      `for await (const entry of storage.list({ prefix: ${literal(prefix)}, delimiter: '/' })) {`,
      "  console.log(entry.kind === 'object' ? entry.key : entry.prefix)",
      '}',
    ]),
  }
}

/** What is known of an object. */
export function openText(key: string): ActionText {
  return {
    label: `Open ${key}`,
    code: program([
      `const info = await storage.stat(${literal(key)})`,
      'console.log(info.size, info.contentType, info.etag, info.metadata)',
    ]),
  }
}

/** A value, decoded by its content type. */
export function loadText(key: string): ActionText {
  return {
    label: `Load ${key}`,
    code: program([`console.log(await storage.load(${literal(key)}))`]),
  }
}

/** Some bytes of an object; only they are read. */
export function readRangeText(key: string, offset: number, length: number): ActionText {
  return {
    label: `Read ${length} bytes at ${offset} of ${key}`,
    code: program([
      `const body = await storage.readStream(${literal(key)}, {`,
      `  range: { offset: ${offset}, length: ${length} },`,
      '})',
      'console.log(await body.bytes())',
    ]),
  }
}

/** The whole object into a file, in constant memory. */
export function downloadText(key: string): ActionText {
  const file = key.slice(key.lastIndexOf('/') + 1)
  return {
    label: `Download ${key}`,
    code: program(
      [
        `const body = await storage.readStream(${literal(key)})`,
        `await pipeline(body, createWriteStream(${literal(file)}))`,
      ],
      [
        "import { createWriteStream } from 'node:fs'",
        "import { pipeline } from 'node:stream/promises'",
      ],
    ),
  }
}

/** Saves a text exactly as it was typed. */
export function saveTextText(
  key: string,
  text: string,
  contentType: string,
  condition: SaveCondition,
): ActionText {
  return {
    label: `${'ifNoneMatch' in condition ? 'Create' : 'Save'} ${key}`,
    code: program([`const text = ${literal(text)}`, ...savingLines(key, contentType, condition)]),
  }
}

const onlyEdited =
  '// Only over the version that was edited: once it is replaced, this fails and says so.'

/** Saves what `text` is; of what it replaces the metadata stays. */
export function savingLines(
  key: string,
  contentType: string,
  condition: SaveCondition,
): readonly string[] {
  const given = heldOf({ contentType, ...condition })
  const isNew = 'ifNoneMatch' in condition
  return [
    ...(isNew
      ? []
      : [
          `const { metadata } = await storage.stat(${literal(key)})`,
          holdsConditions() ? onlyEdited : noConditions,
        ]),
    `await storage.writeStream(${literal(key)}, text, {`,
    ...given.map(([name, value]) => `  ${name}: ${quoted(value)},`),
    ...(isNew ? [] : ['  metadata,']),
    '})',
  ]
}

/** A file into the store, in constant memory. */
export function uploadText(
  key: string,
  file: string,
  contentType: string,
  isOverwrite: boolean,
): ActionText {
  const ifNoneMatch = isOverwrite ? undefined : '*'
  return {
    label: `Upload ${key}`,
    code: program(
      [
        `const file = createReadStream(${literal(file)})`,
        `await storage.writeStream(${literal(key)}, file${options({ contentType, ifNoneMatch })})`,
      ],
      ["import { createReadStream } from 'node:fs'"],
    ),
  }
}

/** Copies or moves one object; with its etag only the version that was seen. */
export function transferText(
  kind: 'copy' | 'move',
  from: string,
  to: string,
  isOverwrite: boolean,
  etag?: string,
): ActionText {
  // A move is one of whatever version it finds.
  const isTwoSteps = kind === 'move' && etag !== undefined
  const first = isTwoSteps ? 'copy' : kind
  const more = conditions(first, !isOverwrite, etag)
  return {
    label: `${kind === 'copy' ? 'Copy' : 'Move'} ${from} to ${to}`,
    code: program([
      `await storage.${first}(${literal(from)}, ${literal(to)}${more})`,
      ...(isTwoSteps
        ? [`await storage.delete(${literal(from)}${options({ ifMatch: etag })})`]
        : []),
    ]),
  }
}

/** Copies or moves all keys under a prefix. */
export function transferPrefixText(
  kind: 'copy' | 'move',
  from: string,
  to: string,
  isOverwrite: boolean,
): ActionText {
  const more = conditions(kind, !isOverwrite)
  return {
    label: `${kind === 'copy' ? 'Copy' : 'Move'} all of ${from} to ${to}`,
    code: program([
      `for (const key of await storage.listKeys(${literal(from)})) {`,
      `  const to = ${literal(to)} + key.slice(${from.length})`,
      `  await storage.${kind}(key, to${more})`,
      '}',
    ]),
  }
}

/** Deletes one object; with its etag only the version that was seen. */
export function deleteText(key: string, etag?: string): ActionText {
  return {
    label: `Delete ${key}`,
    code: program([`await storage.delete(${literal(key)}${options({ ifMatch: etag })})`]),
  }
}

/** Deletes several objects. */
export function deleteManyText(keys: readonly string[]): ActionText {
  return {
    label: `Delete ${keys.length} objects`,
    code: program([
      'const results = await storage.deleteMany([',
      ...firstOf(keys.map(literal)),
      '])',
      'console.log(results.filter(({ ok }) => !ok))',
    ]),
  }
}

/** Deletes several objects, each only in the version that was seen, where that is known. */
export function deleteVersionsText(versions: Selection['objects']): ActionText {
  return {
    label: `Delete ${versions.length} objects`,
    code: program(deletingVersions(versions)),
  }
}

export function deletingVersions(versions: Selection['objects']): readonly string[] {
  const isHeld = holdsConditions()
  const pairs = versions.map(({ key, etag }) =>
    etag === undefined ? `[${literal(key)}]` : `[${literal(key)}, ${quoted(etag)}]`,
  )
  return [
    'const versions: [key: string, etag?: string][] = [',
    ...firstOf(pairs),
    ']',
    ...(isHeld ? [] : [noConditions]),
    'const results = await Promise.allSettled(',
    isHeld
      ? '  versions.map(([key, ifMatch]) => storage.delete(key, { ifMatch })),'
      : '  versions.map(([key]) => storage.delete(key)),',
    ')',
    "console.log(results.filter(({ status }) => status === 'rejected'))",
  ]
}

const entriesShownMax = 20

/** Entries of a list in the code: the first, and how many more there are. */
function firstOf(entries: readonly string[]): readonly string[] {
  const more = entries.length - entriesShownMax
  return [
    ...entries.slice(0, entriesShownMax).map((entry) => `  ${entry},`),
    ...(more > 0 ? [`  // and ${more} more`] : []),
  ]
}

/** Deletes all keys under a prefix. */
export function deletePrefixText(prefix: string): ActionText {
  return {
    label: prefix === '' ? 'Delete everything' : `Delete all of ${prefix}`,
    code: program([`await storage.deleteMany(await storage.listKeys(${literal(prefix)}))`]),
  }
}
