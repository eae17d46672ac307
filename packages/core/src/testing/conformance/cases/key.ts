/** Keys: what looks alike to a file system or a URL stays apart here. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { sortKeys } from '../../../keys.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import {
  expectError,
  expectKeys,
  expectListing,
  expectMissing,
  expectText,
} from '../expectations.ts'
import { listKeys, put, putAll } from '../objects.ts'
import { strangeKeys } from './strange-keys.ts'

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
      expectKeys(await listKeys(backend), [], 'keys after deleting the longest ones')
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
      expectKeys(await listKeys(backend), ['doc'], 'keys after refused ones')
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
      let tried = 0
      for (const name of ['foreign//double', 'foreign/trailing/']) {
        const shown = await context.putForeign(name, Buffer.from('foreign'))
        if (shown === undefined) continue
        tried++
        assert.ok((await listKeys(backend)).includes(shown), `list() shows ${shown}`)
        await expectText(backend, shown, 'foreign', 'put there by someone else')
        await backend.copy(shown, 'rescued')
        await expectText(backend, 'rescued', 'foreign', 'copied from a foreign name')
        assert.equal(await backend.delete(shown), true, `delete("${shown}")`)
        await backend.delete('rescued')
      }
      expectKeys(await listKeys(backend), ['doc'], 'keys after foreign ones were deleted')
      if (tried === 0) context.skip('the store cannot hold a name that breaks the key rules')
    },
  },
])
