/**
 * "The code" of versioned values. Pieces as in `code.ts`; the tests run every one.
 */
import type { ActionText } from '../../../../../web/actions.ts'
import { literal, literalCharsMax, program, quoted } from '../../../../../web/program.ts'
import { holdsConditions } from '../../../../../web/store-place.ts'
import { isJsonType } from '../views.ts'

/** On servers that hold none: the library refuses what could lose a version. */
const refused = [
  '// The server holds no conditions here, and this needs them: run from a program it is refused.',
]

function changing(body: readonly string[], imports: readonly string[] = []): string {
  return program([...(holdsConditions() ? [] : refused), ...body], imports)
}

export function historyText(key: string): ActionText {
  return {
    label: `List the versions of ${key}`,
    code: program([
      '// The newest first.',
      `for (const each of await storage.listVersions(${literal(key)}, { limit: 200 })) {`,
      '  const { version, isCurrent, isPending, info } = each',
      '  console.log(version, isCurrent, isPending, info.modifiedAt, info.size)',
      '}',
    ]),
  }
}

export function loadVersionText(key: string, version: number): ActionText {
  return {
    label: `Look at version ${version} of ${key}`,
    code: program([
      `const { value, info } = await storage.loadVersion(${literal(key)}, ${version})`,
      'console.log(info.size, info.contentType, info.metadata)',
      'console.log(value)',
    ]),
  }
}

export function rollbackText(key: string, version: number, ifCurrent: number): ActionText {
  return {
    label: `Make version ${version} of ${key} current`,
    code: changing([
      '// Only while the other one is current: once somebody saves, this fails and says so.',
      `await storage.rollback(${literal(key)}, ${version}, { ifCurrent: ${ifCurrent} })`,
    ]),
  }
}

/** What is saved as a version. */
export interface VersionText {
  /** Of the value. */
  readonly key: string
  readonly text: string
  readonly contentType: string
  /** The version over which it was written; 0 for a new value. */
  readonly ifCurrent: number
  /** The version that it began with, of which the metadata stays. */
  readonly from?: number | undefined
}

/** A text that nobody would read in the code comes from a file. */
export function saveVersionText(version: VersionText): ActionText {
  const { key, text, contentType, ifCurrent, from } = version
  const isShort = text.length <= literalCharsMax
  const file = `the-text.${isJsonType(contentType) ? 'json' : 'txt'}`
  const isNew = ifCurrent === 0
  const body = [
    ...(isShort
      ? [`const text = ${literal(text)}`]
      : [
          '// The text that was saved: put it into this file, just as it is.',
          `const text = await readFile('${file}', 'utf8')`,
        ]),
    ...(from === undefined
      ? []
      : [`const { metadata } = (await storage.loadVersion(${literal(key)}, ${from})).info`]),
    '// A Blob is stored as it is: the text stays just as it was typed.',
    'const value = new Blob([text])',
    `const { version } = await storage.saveVersioned(${literal(key)}, value, {`,
    `  contentType: ${quoted(contentType)},`,
    `  // ${isNew ? 'Only where no version is' : 'Only while this one is current'}, else it fails.`,
    `  ifCurrent: ${ifCurrent},`,
    ...(from === undefined ? [] : ['  metadata,']),
    '})',
    'console.log(version)',
  ]
  return {
    label: isNew ? `Create ${key} with versions` : `Save a new version of ${key}`,
    code: changing(body, isShort ? [] : ["import { readFile } from 'node:fs/promises'"]),
  }
}

/** Tells where the bytes of `left` and `right` differ. */
export const comparing: readonly string[] = [
  'const at = left.findIndex((byte, place) => byte !== right[place])',
  'const isEqual = at === -1 && left.length === right.length',
  "console.log(isEqual ? 'equal' : `they differ at ${at === -1 ? left.length : at}`)",
]

/** Two objects, as versions of values are. */
export function compareText(label: string, left: string, right: string): ActionText {
  return {
    label,
    code: program([
      '// Equal, or what the first place is in which they differ.',
      `const left = await storage.load(${literal(left)}, { as: 'bytes' })`,
      `const right = await storage.load(${literal(right)}, { as: 'bytes' })`,
      ...comparing,
    ]),
  }
}

export function pruneText(key: string, keep: number, isDryRun: boolean): ActionText {
  const options = `{ keep: ${keep}${isDryRun ? ', dryRun: true' : ''} }`
  return {
    label: isDryRun ? `Count what a prune of ${key} removes` : `Prune the versions of ${key}`,
    code: changing([
      ...(isDryRun ? [] : ['// The newest so many stay, and the current one.']),
      `const { removed, kept, failed } =`,
      `  await storage.pruneVersions(${literal(key)}, ${options})`,
      'console.log(removed, kept, failed)',
    ]),
  }
}
