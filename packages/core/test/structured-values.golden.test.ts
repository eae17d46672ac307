/**
 * The format of structured values, byte by byte: each row of docs/formats/structured-values.md, by
 * RFC 8949 and 8746, and the page's own fixtures. Later versions must read these bytes; give a
 * format that changes a new version and a file of its own.
 */
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { decodeStructured } from '../src/codecs/structured-decode.ts'
import { encodeStructured } from '../src/codecs/structured-encode.ts'

const own: unknown[] = []
own.push(own)
const part = { a: 1 }

const golden: readonly [name: string, value: unknown, hex: string][] = [
  ['simple values', [null, true, false, undefined], '84f6f5f4f7'],
  ['integers', [0, 23, 24, -1, 2 ** 53 - 1], '8500171818201b001fffffffffffff'],
  ['floats', [1.5, -0, NaN, Infinity, 0.1], '85f93e00f98000f97e00f97c00fb3fb999999999999a'],
  ['an integer beyond the safe ones', 2 ** 53, 'fa5a000000'],
  ['BigInts', [10n ** 20n, 0n, -1n, -256n], '84c249056bc75e2d63100000c24100c34100c341ff'],
  ['text', ['', 'é'], '826062c3a9'],
  ['bytes', new Uint8Array([1, 2]), '420102'],
  ['an object', { b: 1, a: [] }, 'a2616201616180'],
  ['a Map', new Map([[1, 'a']]), 'd90103a1016161'],
  ['a Set', new Set([1]), 'd901028101'],
  ['Dates', [new Date(1000), new Date(1500), new Date(NaN)], '83c101c1f93e00c1f97e00'],
  ['an ArrayBuffer', new Uint8Array([1]).buffer, 'd81b826b41727261794275666665724101'],
  ['a DataView', new DataView(new Uint8Array([2]).buffer), 'd81b826844617461566965774102'],
  ['u8 clamped', new Uint8ClampedArray([1]), 'd8444101'],
  ['u16', new Uint16Array([1]), 'd845420100'],
  ['u32', new Uint32Array([1]), 'd8464401000000'],
  ['u64', new BigUint64Array([1n]), 'd847480100000000000000'],
  ['i8', new Int8Array([-1]), 'd84841ff'],
  ['i16', new Int16Array([-2]), 'd84d42feff'],
  ['i32', new Int32Array([-2]), 'd84e44feffffff'],
  ['i64', new BigInt64Array([-2n]), 'd84f48feffffffffffffff'],
  ['f32', new Float32Array([1.5]), 'd855440000c03f'],
  ['f64', new Float64Array([1.5]), 'd85648000000000000f83f'],
  ['a part that occurs again', [part, part, undefined], '83d81ca1616101d81d00f7'],
  ['page: `{ a: 1n, b: [new Date(1000)] }`', { a: 1n, b: [new Date(1000)] }, documented(0)],
  ['page: an array that holds itself', own, documented(1)],
]

const deeply = { depth: Infinity, maxArrayLength: null, maxStringLength: null } as const

it.each(golden)('%s', (_name, value, hex) => {
  expect(Buffer.from(encodeStructured(value)).toString('hex')).toBe(hex)
  const read = decodeStructured(new Uint8Array(Buffer.from(hex, 'hex')), 'k')
  // Not by equality: on Node 22 no invalid date is equal to another one.
  expect(inspect(read, deeply)).toBe(inspect(value, deeply))
})

/** The bytes of a block of the page, without what stands behind them. */
function documented(at: number): string {
  const file = new URL('../../../docs/formats/structured-values.md', import.meta.url)
  const fixtures = readFileSync(file, 'utf8').split('## Fixtures')[1] ?? ''
  const block = [...fixtures.matchAll(/```\n([^`]*)```/g)][at]?.[1] ?? ''
  const bytes = block
    .split('\n')
    .map((line) => /^ *((?:[0-9a-f]{2}(?: |$))+)/.exec(line)?.[1] ?? '')
  return bytes.join('').replaceAll(' ', '')
}
