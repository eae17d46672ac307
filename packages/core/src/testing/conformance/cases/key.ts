/** Keys: what looks alike to a file system or a URL stays apart here. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { sortKeys } from '../../../keys.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectError, expectListing, expectMissing, expectText } from '../expectations.ts'
import { listKeys, put, putAll } from '../objects.ts'

/** Keys that live together in one store; each group has met a store that confused it. */
export const strangeKeys: readonly string[] = [
  ...['a', 'a/b', 'a/b/c', 'a.json', 'a.json/b', 'a-', 'a-/b', 'a0', 'a!', 'a!/b', 'a b', 'a+b'],
  ...['A', 'A/b', 'A/B', 'Case', 'case', 'CASE', 'cASE/x', 'caſe', 'kelvin', '\u212aelvin'],
  ...[
    '\u00e9',
    'e\u0301',
    '\u00e9/x',
    'e\u0301/x',
    '\u1e9b\u0323',
    '\u1e9b',
    'ﬁ',
    'fi',
    'Å',
    '\u212b',
  ],
  ...[
    'straße',
    'strasse',
    'STRASSE',
    'ß',
    'SS',
    'ss',
    'ẞ',
    'ı',
    'i',
    'I',
    'İ',
    'i\u0307',
    'Σ',
    'ς',
    'σ',
  ],
  ...[
    'CON',
    'con',
    'con.txt',
    'PRN',
    'AUX',
    'aux.js',
    'NUL',
    'nul.tar.gz',
    'COM1',
    'com0',
    'LPT9.txt',
  ],
  ...[
    'COM\u00b9',
    'CONIN$',
    'x/NUL/y',
    'dot.',
    'dot..',
    'dot',
    'space ',
    'space',
    ' space',
    'x./y',
    'x /y',
  ],
  ...[
    '.hidden',
    '.a/b',
    '..a',
    'a..',
    '...',
    '.../x',
    '.tmp',
    '.lock',
    '.DS_Store',
    '.meta',
    '.nfs001',
  ],
  ...['%', '%%', '%2F', 'a%2Fb', '%2f', 'a%20b', '%00', '%E9', '%Q', '100%', '%25', '%252F', '%61'],
  ...[
    '~',
    '~a',
    'a~',
    '~1',
    'PROGRA~1',
    '^',
    '^a',
    '^^a',
    '#',
    '#0001',
    'a#b',
    '?',
    'a?b=c&d',
    '&amp;',
  ],
  ...[
    'back\\slash',
    '..\\up',
    '\\\\host\\share',
    'C:',
    'C:\\x',
    'a:stream',
    '"quoted"',
    "'",
    '`',
    '<a>',
  ],
  ...[
    'a|b',
    'a*b',
    '*',
    '[a]',
    '{a}',
    '{0}',
    '$HOME',
    '$(x)',
    '!',
    '-',
    '--',
    '-rf',
    '@',
    '=',
    ',',
    ';',
    '_',
  ],
  ...[
    'doc.tmp',
    'doc.tmp.123',
    'doc.lock',
    'doc.attrs',
    'doc.meta',
    'doc.meta.json',
    'doc~',
    '#doc#',
  ],
  ...[
    'doc.json.tmp-1234',
    'doc.part',
    'doc.crdownload',
    'doc.swp',
    'doc.0',
    'doc.obj',
    'doc.object',
    'doc.d',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__0x2f__',
    'index.html',
    'null',
    'undefined',
  ],
  ...[
    '漢字',
    'かな/カナ',
    'ｶﾅ',
    'עברית',
    'العربية',
    'नमस्ते',
    '👩‍👩‍👧',
    '🎉',
    '🏳️‍🌈',
    '🎉/🎉',
    'a\u200bb',
    '\u200b',
    'a\u00a0b',
  ],
  ...[
    '\ufffd',
    '\ue000',
    '\uffee',
    '\u{10000}',
    '\u{10ffff}',
    '\ufeffbom',
    'bom',
    '\u202edlrow',
    '\u2028',
  ],
  ...[
    '0',
    '00',
    '1',
    '10',
    '2',
    '-1',
    '1e3',
    '007',
    'NaN',
    'true',
    '2026-01-01T00:00:00Z',
    'a=b/c=d',
  ],
]

/** A key of exactly `bytes` bytes in segments of at most `segmentBytes`. */
function longKey(bytes: number, segmentBytes: number, character: string): string {
  const width = Buffer.byteLength(character)
  let key = ''
  for (let left = bytes; left > 0;) {
    if (key !== '' && left > 1) {
      key += '/'
      left -= 1
    }
    // A segment must not be empty, so the last slash needs at least one byte behind it.
    const take = left <= segmentBytes + 1 ? left : Math.min(segmentBytes, left - 2)
    const whole = Math.floor(take / width)
    key += character.repeat(whole) + 'x'.repeat(take - whole * width)
    left -= take
  }
  return key
}

async function expectHolds(backend: StorageBackend, keys: readonly string[]): Promise<void> {
  await putAll(backend, keys)
  for (const key of keys) await expectText(backend, key, key, 'among keys like it')
  await expectListing(backend, {}, { keys: sortKeys([...keys]) }, 'of keys that look alike')
}

export const keyCases: readonly ConformanceCase[] = defineCases('key', [
  {
    name: 'pairs',
    title: 'keys that look alike are different objects, all at once',
    timeFactor: 2,
    async run({ backend }) {
      await expectHolds(backend, strangeKeys)
    },
  },
  {
    name: 'pairs-apart',
    title: 'deleting one of keys that look alike leaves the others',
    timeFactor: 2,
    async run({ backend, random }) {
      await putAll(backend, strangeKeys)
      const order = random.shuffle(strangeKeys)
      const gone = order.slice(0, order.length / 2)
      const left = order.slice(order.length / 2)
      for (const key of gone) assert.equal(await backend.delete(key), true, `delete("${key}")`)
      for (const key of left)
        await expectText(backend, key, key, 'after its lookalikes were deleted')
      await expectListing(backend, {}, { keys: sortKeys([...left]) }, 'after half were deleted')
    },
  },
  {
    name: 'absent-twin',
    title: 'a key that was not written is not found under a lookalike',
    async run({ backend }) {
      const twins = [
        ['Case', 'case'],
        ['\u00e9', 'e\u0301'],
        ['ﬁ', 'fi'],
        ['straße', 'STRASSE'],
        ['ı', 'i'],
        ['a%2Fb', 'a/b'],
        ['a%20b', 'a b'],
        ['dot.', 'dot'],
        ['space ', 'space'],
        ['back\\slash', 'back/slash'],
        ['\u{10000}', '\ufffd'],
        ['a/b', 'a'],
        ['a', 'a/b'],
      ] as const
      for (const [written, absent] of twins) {
        await put(backend, written, written)
        await expectMissing(backend, absent, `where only ${JSON.stringify(written)} was written`)
        assert.equal(await backend.delete(absent), false, `delete(${JSON.stringify(absent)})`)
        await backend.delete(written)
      }
    },
  },
  {
    name: 'copy-names',
    title: 'strange keys work as source and destination of copies',
    async run({ backend }) {
      for (const key of ['漢字/🎉', 'a%2Fb', 'con.txt', 'x y+z', 'e\u0301', '..a/...', '"<&>\'']) {
        await put(backend, key, key)
        await backend.copy(key, `copy of/${key}`)
        await expectText(backend, `copy of/${key}`, key, 'after copy')
        await backend.copy(`copy of/${key}`, `${key}2`)
        await expectText(backend, `${key}2`, key, 'after copy back')
      }
    },
  },
  {
    name: 'order',
    title: 'keys are listed by their UTF-8 bytes, not by UTF-16 units or a locale',
    async run({ backend }) {
      const ordered = ['!', '-', '.a', '0', 'A', 'B', '_', 'a', 'ab', 'a\u0301', 'b', '~']
      const high = ['\u00e9', 'Ω', '漢', '\ue000', '\uff21', '\ufffd', '\u{10000}', '\u{1f389}']
      await putAll(backend, [...high, ...ordered].toReversed())
      await expectListing(backend, {}, { keys: [...ordered, ...high] }, 'of mixed scripts')
      for (const limit of [1, 2, 3, 7]) {
        await expectListing(backend, { limit }, { keys: [...ordered, ...high] }, 'in pages')
      }
    },
  },
  {
    name: 'longest',
    title: 'a key of capabilities.keyBytesMax bytes is stored, listed and deleted',
    async run({ backend, capabilities }) {
      const bytes = capabilities.keyBytesMax
      const keys = [
        longKey(bytes, bytes, 'k'),
        longKey(bytes, 255, 'l'),
        longKey(bytes, bytes, '漢'),
        longKey(bytes, 255, '🎉'),
        longKey(bytes, 1, 'm'),
        longKey(bytes - 1, bytes, 'k'),
      ]
      for (const key of keys) assert.ok(Buffer.byteLength(key) <= bytes, 'kit: key too long')
      await expectHolds(backend, keys)
      await backend.copy(keys[0]!, keys[1]!)
      await expectText(backend, keys[1]!, keys[0]!, 'after copy between longest keys')
      for (const key of keys) assert.equal(await backend.delete(key), true, 'delete(longest key)')
      assert.deepEqual(await listKeys(backend), [], 'keys after deleting the longest ones')
    },
  },
  {
    name: 'too-long',
    title: 'a view with room for shorter keys refuses longer ones with INVALID_KEY',
    requires: ({ keyBytesMax }) => keyBytesMax < 1024,
    async run({ backend, capabilities }) {
      const key = longKey(capabilities.keyBytesMax + 1, 200, 'k')
      await put(backend, 'doc', 'body')
      const calls: [string, () => Promise<unknown>][] = [
        ['write', () => put(backend, key, 'x')],
        ['read', () => backend.read(key)],
        ['stat', () => backend.stat(key)],
        ['delete', () => backend.delete(key)],
        ['copy to', () => backend.copy('doc', key)],
        ['copy from', () => backend.copy(key, 'doc')],
      ]
      for (const [name, call] of calls) {
        await expectError('INVALID_KEY', `${name} a key of keyBytesMax + 1 bytes`, call)
      }
      assert.deepEqual(await listKeys(backend), ['doc'], 'keys after refused ones')
    },
  },
  {
    name: 'segments',
    title: 'segments of 255 and 256 bytes, and 300 nested ones',
    async run({ backend, capabilities }) {
      const nested = Array.from({ length: 300 }, (_, at) => at % 10).join('/')
      const keys = [
        's'.repeat(255),
        's'.repeat(256),
        `d/${'漢'.repeat(85)}`,
        `d/${'漢'.repeat(86)}`,
      ]
      keys.push(`${'t'.repeat(256)}/x`, `${'t'.repeat(255)}/x`, 'u'.repeat(250), nested)
      keys.push(`${nested}/end`, 'é'.repeat(128))
      const fitting = keys.filter((key) => Buffer.byteLength(key) <= capabilities.keyBytesMax)
      await expectHolds(backend, fitting)
    },
  },
  {
    name: 'long-neighbours',
    title: 'long keys that differ in their last byte are different',
    async run({ backend, capabilities }) {
      const stem = longKey(Math.min(900, capabilities.keyBytesMax - 1), 240, 'n')
      await expectHolds(backend, [`${stem}0`, `${stem}1`, stem, `${stem}A`, `${stem}a`])
    },
  },
  {
    name: 'foreign',
    title: 'an object of a foreign name can be listed, read and deleted',
    needs: ['putForeign'],
    async run(context) {
      const { backend } = context
      await put(backend, 'doc', 'own')
      for (const name of ['foreign//double', 'foreign/trailing/']) {
        const shown = await context.putForeign(name, Buffer.from('foreign'))
        if (shown === undefined) continue
        assert.ok((await listKeys(backend)).includes(shown), `list() shows ${shown}`)
        await expectText(backend, shown, 'foreign', 'put there by someone else')
        await backend.copy(shown, 'rescued')
        await expectText(backend, 'rescued', 'foreign', 'copied from a foreign name')
        assert.equal(await backend.delete(shown), true, `delete("${shown}")`)
        await backend.delete('rescued')
      }
      assert.deepEqual(await listKeys(backend), ['doc'], 'keys after foreign ones were deleted')
    },
  },
])
