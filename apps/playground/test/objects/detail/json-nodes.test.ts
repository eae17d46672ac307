import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatJson } from '../../../src/screens/objects/web/detail/editor/format-json.ts'
import {
  type JsonNodes,
  kindAt,
  nameAt,
  none,
  sourceOf,
} from '../../../src/screens/objects/web/detail/tree/json-nodes.ts'
import {
  allOpen,
  carryOpen,
  childrenOf,
  firstOpen,
  onlyRootOpen,
  pathOf,
  rowsOf,
} from '../../../src/screens/objects/web/detail/tree/open-nodes.ts'
import {
  isFault,
  placeOf,
  scanJson,
} from '../../../src/screens/objects/web/detail/tree/scan-json.ts'

function scanned(text: string): JsonNodes {
  const result = scanJson(text)
  if (isFault(result)) throw new Error(`${result.message} at ${result.at} of ${text}`)
  return result
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The value that the nodes say, to compare with what `JSON.parse` says. */
function valueOf(text: string, nodes: JsonNodes, node = 0): unknown {
  const kind = kindAt(text, nodes, node)
  const children = [...childrenOf(nodes, node)]
  if (kind === 'array') return children.map((child) => valueOf(text, nodes, child))
  if (kind !== 'object') return JSON.parse(sourceOf(text, nodes, node))
  const entries = children.map((child) => [
    JSON.parse(nameAt(text, nodes, child)!) as string,
    valueOf(text, nodes, child),
  ])
  return Object.fromEntries(entries) as unknown
}

const space = fc.constantFrom('', ' ', '\n', '\t ', '\r\n')
const scalar = fc.constantFrom('0', '-1.5e+3', '12345678901234567890', 'true', 'false', 'null')
const string = fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text))

/** Texts that are JSON, with space at every place that may have some. */
const jsonText = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc
    .tuple(
      space,
      fc.oneof({ withCrossShrink: true }, scalar, string, tie('array'), tie('object')),
      space,
    )
    .map((parts) => parts.join('')),
  array: fc.oneof(
    space.map((inner) => `[${inner}]`),
    fc.array(tie('value'), { minLength: 1, maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  ),
  object: fc.oneof(
    space.map((inner) => `{${inner}}`),
    fc
      .array(fc.tuple(space, string, space, tie('value')), { minLength: 1, maxLength: 4 })
      .map(
        (members) =>
          `{${members.map(([a, name, b, value]) => `${a}${name}${b}:${value}`).join(',')}}`,
      ),
  ),
})).value
const spoiling = fc.record({
  text: jsonText,
  at: fc.nat(),
  cut: fc.nat({ max: 2 }),
  put: fc.constantFrom('', ...Array.from('{}[]",:0-.eE\\\u0001x')),
})

describe('scanning JSON', () => {
  test('says what JSON.parse says', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(valueOf(text, scanned(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 1000 },
    )
  })

  test('finds a fault exactly when there is one', () => {
    fc.assert(
      fc.property(spoiling, ({ text, at, cut, put }) => {
        const place = at % (text.length + 1)
        const spoiled = text.slice(0, place) + put + text.slice(place + cut)
        expect(isFault(scanJson(spoiled))).toBe(!isJson(spoiled))
      }),
      { numRuns: 2000 },
    )
  })

  test('keeps numbers, repeated names and names of the language as they are written', () => {
    const text = '{"n":12345678901234567890,"__proto__":1.0,"a":1,"a":2,"10":3,"2":4}'
    const nodes = scanned(text)
    const names = [...childrenOf(nodes, 0)].map((child) => nameAt(text, nodes, child))
    expect(names).toEqual(['"n"', '"__proto__"', '"a"', '"a"', '"10"', '"2"'])
    expect(sourceOf(text, nodes, 1)).toBe('12345678901234567890')
    expect(sourceOf(text, nodes, 2)).toBe('1.0')
  })

  test('takes deep nesting', () => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000)
    const nodes = scanned(text)
    expect(nodes.count).toBe(100_000)
    expect(nodes.parent[0]).toBe(none)
    expect(sourceOf(text, nodes, 99_999)).toBe('[]')
    expect(sourceOf(text, nodes, 0)).toHaveLength(200_000)
  })

  test('gives the source of every container', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const nodes = scanned(text)
        for (let node = 0; node < nodes.count; node++) {
          const source = sourceOf(text, nodes, node)
          expect(JSON.parse(source)).toEqual(valueOf(text, nodes, node))
          expect(source).toBe(source.trim())
        }
      }),
    )
  })

  test.each([
    ['{\n  "a": 1,\n  "b": ,\n}', 3, 8, 'expected a value'],
    ['{"a" 1}', 1, 6, 'expected ":"'],
    ['[1 2]', 1, 4, 'expected "," or "]"'],
    ['{"a":1', 1, 7, 'the text ends; expected "," or "}"'],
    ['', 1, 1, 'the text ends; expected a value'],
    ['"a\nb"', 1, 3, 'expected an escape for the control character in a string'],
    ['"\\x"', 1, 2, 'expected an escape that JSON knows'],
    ['1\r\n2', 2, 1, 'expected the end of the text'],
  ])('says where %j stops being JSON', (text, line, column, message) => {
    const fault = scanJson(text)
    if (!isFault(fault)) throw new Error('no fault')
    expect(fault.message).toBe(message)
    expect(placeOf(text, fault.at)).toEqual({ line, column })
  })
})

describe('a tree', () => {
  const text = '{"a":{"b":[1,{"c":2}]},"x y":[],"d":3}'
  const nodes = scanned(text)

  test('has the rows of what is open', () => {
    expect([...rowsOf(nodes, onlyRootOpen(nodes))]).toEqual([0, 1, 6, 7])
    expect([...rowsOf(nodes, allOpen(text, nodes))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect([...rowsOf(nodes, firstOpen(text, nodes))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('opens by itself only what is short', () => {
    const long = JSON.stringify([Array.from({ length: 500 }, () => [1])])
    const large = scanned(long)
    expect(rowsOf(large, firstOpen(long, large))).toHaveLength(2)
  })

  test('tells the way to a value', () => {
    const paths = Array.from({ length: nodes.count }, (_, node) => pathOf(text, nodes, node))
    expect(paths).toEqual([
      ...['$', '$.a', '$.a.b', '$.a.b[0]', '$.a.b[1]', '$.a.b[1].c', '$["x y"]', '$.d'],
    ])
  })

  test('keeps open in a new version what was open', () => {
    const now = '{"new":[1],"d":3,"a":{"z":{},"b":[1,{"c":2},[]]}}'
    const later = scanned(now)
    const open = carryOpen({ text, nodes, open: allOpen(text, nodes) }, now, later)
    const paths = [...open.keys()].filter((node) => open[node] === 1)
    expect(paths.map((node) => pathOf(now, later, node))).toEqual(['$', '$.a', '$.a.b', '$.a.b[1]'])
  })
})

describe('formatting JSON', () => {
  test('is what JSON.stringify makes, where that keeps the values', () => {
    const value = { a: [1, [], {}, { b: null }], 'c:,{': 'x:[,"\\' }
    expect(formatJson(JSON.stringify(value))).toBe(`${JSON.stringify(value, null, 2)}\n`)
  })

  test('keeps what JSON.stringify would lose', () => {
    expect(formatJson('{"a":12345678901234567890, "a":1.0}')).toBe(
      '{\n  "a": 12345678901234567890,\n  "a": 1.0\n}\n',
    )
  })

  test('says where a text is no JSON', () => {
    expect(formatJson('[1,]')).toEqual({ at: 3, message: 'expected a value' })
  })

  test('is not laid out when its levels would take too much', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect(formatJson(deep(2000))).toContain(`${'  '.repeat(1999)}[]`)
    expect(formatJson(deep(60_000))).toMatchObject({ message: 'it is nested too deeply' })
  })

  test('changes no value of random texts', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const formatted = formatJson(text) as string
        expect(JSON.parse(formatted)).toEqual(JSON.parse(text))
        expect(formatJson(formatted)).toBe(formatted)
      }),
    )
  })
})
