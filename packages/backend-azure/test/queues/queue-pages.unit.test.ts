/** Pages of any size, cut out of the service's own. */
import { expect, it } from 'vitest'
import { cutPage, positionOf } from '../../src/queues/queue-pages.ts'

/** A service with pages of three names. */
function serve(names: readonly string[], marker: string | undefined) {
  const from = marker === undefined ? 0 : Number(marker)
  const next = from + 3 < names.length ? String(from + 3) : undefined
  return { names: names.slice(from, from + 3), next }
}

it.each([1, 2, 3, 4, 100])('all names come once, in pages of %i', (limit) => {
  const names = 'abcdefgh'.split('').map((letter) => `queue-${letter}`)
  const found: string[] = []
  let cursor: string | undefined
  do {
    const position = positionOf(cursor, 'queue-')
    const page = serve(names, position.marker)
    const cut = cutPage(page.names, page.next, { position, prefix: 'queue-', limit })
    expect(cut.queues.length).toBeLessThanOrEqual(limit)
    found.push(...cut.queues)
    cursor = cut.cursor
  } while (cursor !== undefined)
  expect(found).toEqual(names)
})

it('a cursor of another prefix, or a damaged one, is refused', () => {
  const position = { marker: undefined, after: '' }
  const { cursor } = cutPage(['a', 'b'], undefined, { position, prefix: '', limit: 1 })
  for (const wrong of [() => positionOf(cursor, 'a'), () => positionOf('nonsense', '')]) {
    expect(wrong).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error)
  }
})
