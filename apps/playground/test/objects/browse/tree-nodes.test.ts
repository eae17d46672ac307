import { describe, expect, it } from 'vitest'
import { ancestorsOf, nodesOf } from '../../../src/screens/objects/web/browse/tree-nodes.ts'

describe('the tree of prefixes', () => {
  it('knows the way to a prefix', () => {
    expect(ancestorsOf('')).toEqual([])
    expect(ancestorsOf('a/')).toEqual([''])
    expect(ancestorsOf('a/b/c/')).toEqual(['', 'a/', 'a/b/'])
    expect(ancestorsOf('a/b')).toEqual(['', 'a/'])
  })

  it('shows what is expanded, and the current one of too many', () => {
    const known = new Map([
      ['', { prefixes: ['a/', 'z/'], isTruncated: true }],
      ['a/', { prefixes: [], isTruncated: false }],
      ['m/', { prefixes: ['m/n/'], isTruncated: false }],
    ])
    const nodes = nodesOf({
      expanded: new Set(['', 'a/', 'm/']),
      childrenOf: (prefix) => known.get(prefix),
      current: 'm/n/',
    })
    expect(nodes.map(({ prefix, level, isExpanded }) => [prefix, level, isExpanded])).toEqual([
      ['', 1, true],
      ['a/', 2, undefined],
      ['m/', 2, true],
      ['m/n/', 3, false],
      ['z/', 2, false],
    ])
    expect(nodes[2]).toMatchObject({ position: 2, siblings: 3, name: 'm' })
  })
})
