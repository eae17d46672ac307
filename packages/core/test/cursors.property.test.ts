import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from '../src/backend-kit.ts'
import { MemoryStorageBackend, sortKeys } from '../src/index.ts'

const scope = fc.record({ prefix: fc.string(), delimiter: fc.string() })
const position = fc.record({
  after: fc.string({ unit: 'grapheme' }),
  kind: fc.constantFrom('object' as const, 'prefix' as const),
})

describe('cursors', () => {
  it('say where the page ended', () => {
    fc.assert(
      fc.property(position, scope, (at, of) => {
        expect(decodeCursor(encodeCursor(at, of), of)).toEqual(at)
      }),
    )
  })

  it('belong to one prefix and delimiter', () => {
    fc.assert(
      fc.property(position, scope, scope, (at, of, other) => {
        fc.pre(of.prefix !== other.prefix || of.delimiter !== other.delimiter)
        expect(() => decodeCursor(encodeCursor(at, of), other)).toThrow(/another prefix/)
      }),
    )
  })

  it('are refused when damaged, never misread', () => {
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        expect(() => decodeCursor(cursor, {})).toThrow(/cursor/)
      }),
    )
  })

  it('page through everything once, in order, at any page size', async () => {
    const name = fc.constantFrom('a', 'b', 'é', '𝒳', '\uffff', 'a/b', 'a/c', 'b/d/e')
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(name, name).map((parts) => parts.join('/'))),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(undefined, '/'),
        async (keys, limit, delimiter) => {
          const backend = new MemoryStorageBackend()
          const body = new Uint8Array()
          for (const key of keys) await backend.write(key, body, { contentType: 'a/b' })
          const whole = await backend.list({ delimiter })
          const objects: string[] = []
          const prefixes: string[] = []
          let cursor: string | undefined
          do {
            const page = await backend.list({ delimiter, limit, cursor })
            expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(limit)
            objects.push(...page.objects.map(({ key }) => key))
            prefixes.push(...page.prefixes)
            cursor = page.cursor
          } while (cursor !== undefined)
          expect(objects).toEqual(whole.objects.map(({ key }) => key))
          expect(prefixes).toEqual(whole.prefixes)
          if (delimiter === undefined) expect(objects).toEqual(sortKeys([...keys]))
        },
      ),
    )
  })
})
