/**
 * Keys as paths: a round trip for every legal key, and no two keys that a file system could mix up,
 * be it one that ignores case, composes or decomposes letters, or is Windows.
 */
import { keyFault } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  candidatesOf,
  decodeFile,
  decodeFolder,
  encodeFolder,
  encodeKey,
} from '../src/names/paths.ts'
import { keyPair, legalKey } from './support/key-arbitrary.ts'

const runs = Number(process.env['AOS_PROPERTY_RUNS'] ?? 1500)

/** Every path at which a key's object may lie, below the base. */
function pathsOf(key: string): string[] {
  const path = encodeKey(key)
  return candidatesOf(path).map(({ name }) => [...path.folders, name].join('/'))
}

/** The paths that we give an object ourselves: without those under which it may be dropped. */
function ownPathsOf(key: string): string[] {
  const path = encodeKey(key)
  return candidatesOf(path)
    .filter(({ form }) => form !== 'plain')
    .map(({ name }) => [...path.folders, name].join('/'))
}

/** Every folder of a key, below the base; innermost last. */
function foldersOf(key: string): string[] {
  const { folders } = encodeKey(key)
  return folders.map((_, at) => folders.slice(0, at + 1).join('/'))
}

/** Reads a path back as a walk does: names from the base down. */
function decodePath(path: string): string | undefined {
  const names = path.split('/')
  const file = names.pop()!
  let key = ''
  let head = ''
  for (const name of names) {
    const decoded = decodeFolder(name, head)
    if (decoded?.isCanonical !== true) return undefined
    if (decoded.isContinued) head = decoded.text
    else {
      key += `${decoded.text}/`
      head = ''
    }
  }
  const decoded = decodeFile(file, head)
  return decoded === undefined ? undefined : key + decoded.text
}

/** What different file systems take a path for. */
const foldings: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.normalize('NFC').toLowerCase(),
  (path) => path.normalize('NFD').toUpperCase().normalize('NFD'),
  (path) => path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC'),
  (path) => path.normalize('NFKD').toLowerCase().normalize('NFKD'),
  (path) => path.normalize('NFC').toLowerCase().replaceAll('ı', 'i'),
  (path) => path.normalize('NFC').toUpperCase().replaceAll('İ', 'I'),
]

function assertApart(a: string, b: string): void {
  for (const fold of foldings) {
    const files = new Set(pathsOf(a).map(fold))
    for (const path of pathsOf(b)) {
      if (files.has(fold(path))) throw new Error(`${a} and ${b} share ${path}`)
    }
  }
  assertNoFolder(a, b)
  assertNoFolder(b, a)
}

/** A file of one key is never a folder of the other. */
function assertNoFolder(file: string, inside: string): void {
  for (const fold of foldings) {
    const files = new Set(ownPathsOf(file).map(fold))
    for (const folder of foldersOf(inside)) {
      if (files.has(fold(folder))) throw new Error(`file of ${file} is a folder of ${inside}`)
    }
  }
}

const windowsReserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i
// oxlint-disable-next-line no-control-regex -- these are what is forbidden
const windowsForbidden = /[<>:"/\\|?*\u0000-\u001f\u007f-\u009f]/

/** Why a name cannot be made, or does not stay as it is, on some system; undefined if it can. */
function portabilityFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > 255) return 'too long'
  if (!name.isWellFormed()) return 'lone surrogate'
  if (windowsForbidden.test(name)) return 'forbidden on Windows'
  if (windowsReserved.test(name)) return 'reserved on Windows'
  if (/^[. ]|[. ]$/.test(name)) return 'dot or space at an end'
  if (name !== name.normalize('NFC').normalize('NFKD')) return 'changed by composition'
  return undefined
}

function assertPortable(name: string): void {
  const fault = portabilityFault(name)
  if (fault !== undefined) throw new Error(`${fault}: ${name}`)
}

describe('names', () => {
  it('every path of a key decodes to the key', () => {
    fc.assert(
      fc.property(legalKey, (key) => {
        for (const path of pathsOf(key)) expect(decodePath(path)).toBe(key)
      }),
      { numRuns: runs },
    )
  })

  it('a folder decodes to its segment', () => {
    fc.assert(
      fc.property(legalKey, (key) => {
        for (const segment of key.split('/')) {
          const names = encodeFolder(segment)
          let head = ''
          for (const [at, name] of names.entries()) {
            const decoded = decodeFolder(name, head)!
            expect(decoded.isCanonical).toBe(true)
            expect(decoded.isContinued).toBe(at < names.length - 1)
            head = decoded.text
          }
          expect(head).toBe(segment)
        }
      }),
      { numRuns: runs },
    )
  })

  it('different keys stay apart on every file system', () => {
    fc.assert(
      fc.property(keyPair, ([a, b]) => assertApart(a, b)),
      { numRuns: runs },
    )
  })

  it('a key shares no file with its own folders', () => {
    fc.assert(
      fc.property(legalKey, (key) => {
        assertNoFolder(key, key)
      }),
      { numRuns: runs },
    )
  })

  it('every name can be made on every system', () => {
    fc.assert(
      fc.property(legalKey, (key) => {
        for (const path of pathsOf(key)) path.split('/').forEach(assertPortable)
      }),
      { numRuns: runs },
    )
  })

  it('any name at all is a key, part of a key or nothing, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (name) => {
        const file = decodeFile(name.toWellFormed())
        if (file !== undefined) expect(file.text).not.toBe('')
        const folder = decodeFolder(name.toWellFormed())
        if (folder !== undefined) expect(folder.text).not.toBe('')
      }),
      { numRuns: runs },
    )
  })
})

/** Groups of keys that are easily taken for one another. */
const alike: readonly (readonly string[])[] = [
  ['a', 'A', 'a.json', 'A.json', 'a.JSON', 'a.json/b', 'a/b', 'a.bin', 'a.aos', 'a.json.json'],
  ['é', 'e\u0301', 'É', 'E\u0301', '%c3%a9', '%C3%A9', 'é.json'],
  ['Å', 'A\u030a', '\u212b', 'å', 'a\u030a'],
  ['i', 'I', 'ı', 'İ', 'i\u0307', '^I', '^i'],
  ['k', 'K', '\u212a', '^K'],
  ['ß', 'ẞ', 'ss', 'SS', 'ſs', 'ſſ'],
  ['σ', 'ς', 'Σ', 'μ', 'µ', 'Μ'],
  ['ﬁ', 'fi', 'FI', 'Fi'],
  ['й', 'и\u0306', 'и', 'Й'],
  ['가', '\u1100\u1161', 'ㄱ'],
  ['豈', '\uf900', '豈.txt'],
  ['con', 'CON', '%63on', '^C^O^N', 'con.txt', '%63on.txt', 'con.txt.json', 'con/x', 'con.d/x'],
  ['a.', 'a', 'a ', 'a%2e', 'a%20', '.a', ' a', '%2ea', 'a..', 'a. '],
  ['%', '%25', '%2525', '^', '^^', '%5e', '%+', '%+/x', 'x%+/y', 'xy', 'x%+'],
  ['logo.png', 'logo.png.json', 'logo.png/x', 'logo%2epng/x', 'logo.PNG', 'Logo.png'],
  ['x'.repeat(240), 'x'.repeat(241), `${'x'.repeat(240)}%+`, `${'x'.repeat(240)}%+/x`],
  ['x'.repeat(236), `${'x'.repeat(236)}.json`, `${'x'.repeat(241)}.json`, 'X'.repeat(120)],
  ['X'.repeat(121), 'x'.repeat(480), '漢'.repeat(80), '漢'.repeat(81), '😀'.repeat(61)],
  [`${'x'.repeat(240)}con`, `${'x'.repeat(240)}/con`, `${'x'.repeat(240)}CON`],
  [`${'x'.repeat(240)}😀A`, `${'x'.repeat(240)}😀a`, `${'x'.repeat(240)}A`, `${'x'.repeat(240)}a`],
]

describe('keys that look alike', () => {
  it.each(alike.map((keys) => [keys[0]!.slice(0, 20), keys] as const))('%s', (_, keys) => {
    for (const key of keys) {
      expect(keyFault(key), `fault of ${key}`).toBeUndefined()
      for (const path of pathsOf(key)) {
        expect(decodePath(path)).toBe(key)
        path.split('/').forEach(assertPortable)
      }
      for (const other of keys) if (key !== other) assertApart(key, other)
    }
  })
})
