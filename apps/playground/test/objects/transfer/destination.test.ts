/** Where copies and moves go: what is offered, what is meant by what was typed, what is refused. */
import { keyFault } from '@aos-storage/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Selection } from '../../../src/screens/objects/web/selection.ts'
import * as destination from '../../../src/screens/objects/web/transfer/destination.ts'
import type { Question } from '../../../src/screens/objects/web/transfer/dialog.ts'
import type { TransferRequest } from '../../../src/screens/objects/server/wire.ts'

/** `a` is an object, `a/` a prefix. */
function select(...paths: readonly string[]): Selection {
  return {
    objects: paths.filter((path) => !path.endsWith('/')).map((key) => ({ key, etag: `${key}-1` })),
    prefixes: paths.filter((path) => path.endsWith('/')),
  }
}

interface Typed {
  readonly request: TransferRequest
  readonly fault: string | undefined
}

/** What the dialog makes of what was typed. */
function typed(kind: 'copy' | 'move', selection: Selection, text: string): Typed {
  const question: Question = { id: 1, kind, isRename: false, selection }
  const meant = destination.meant(selection, text)
  const request = destination.transferTo(question, meant, false)
  return { request, fault: destination.destinationFault(request, meant) }
}

/** Each source, and where it goes. */
function pairs({ items, prefixes }: TransferRequest): [string, string | undefined][] {
  return [
    ...items.map(({ key, to }): [string, string | undefined] => [key, to]),
    ...prefixes.map(({ prefix, to }): [string, string | undefined] => [prefix, to]),
  ]
}

describe('a path', () => {
  it.each([
    ['a', '', 'a'],
    ['a/b', 'a/', 'b'],
    ['a/b/', 'a/', 'b/'],
    ['a/', '', 'a/'],
    ['a/b/c.txt', 'a/b/', 'c.txt'],
  ])('%s is a parent and a last segment', (path, parent, last) => {
    expect([destination.parentOf(path), destination.lastSegment(path)]).toEqual([parent, last])
  })

  it.each([
    ['c.txt', 1],
    ['c.tar.gz', 5],
    ['.hidden', 7],
    ['none', 4],
    ['v1.2/', 4],
  ])('%s has a name of %i characters without its extension', (name, length) => {
    expect(destination.stemLength(name)).toBe(length)
  })
})

describe('a selection', () => {
  it('is without what goes with a selected prefix anyway', () => {
    const all = select('a/x', 'a/b/y', 'ab', 'c', 'a/', 'a/b/', 'ab/')
    expect(destination.apart(all)).toEqual(select('ab', 'c', 'a/', 'ab/'))
  })

  it('of one is known as such', () => {
    expect(destination.onlyOne(select('a/x'))).toBe('a/x')
    expect(destination.onlyOne(select('a/'))).toBe('a/')
    expect(destination.onlyOne(select('a/x', 'a/y'))).toBeUndefined()
    expect(destination.onlyOne(select())).toBeUndefined()
  })
})

describe('the destination that is offered', () => {
  it.each([
    ['move', select('a/x.txt'), 'a/x.txt'],
    ['copy', select('a/x.txt'), 'a/x copy.txt'],
    ['copy', select('x'), 'x copy'],
    ['copy', select('a/.env'), 'a/.env copy'],
    ['copy', select('a/v1.2/'), 'a/v1.2 copy/'],
    ['move', select('a/b/'), 'a/b/'],
    ['copy', select('a/x', 'a/y'), 'a/'],
    ['move', select('b/c/', 'b/d/'), 'b/'],
    ['move', select('x', 'y'), ''],
  ] as const)('of a %s of %j is %s', (kind, selection, offered) => {
    expect(destination.firstDestination(kind, selection)).toBe(offered)
  })
})

describe('what was typed', () => {
  it.each([
    [select('a/x'), 'b/y', [['a/x', 'b/y']]],
    [select('a/x'), 'b/', [['a/x', 'b/x']]],
    [select('a/b/'), 'c', [['a/b/', 'c/']]],
    [select('a/b/'), 'c/d/', [['a/b/', 'c/d/']]],
    [select('a/b/'), '', [['a/b/', '']]],
    [
      select('a/x', 'b/y'),
      'c',
      [
        ['a/x', 'c/x'],
        ['b/y', 'c/y'],
      ],
    ],
    [
      select('a/x', 'a/b/'),
      '',
      [
        ['a/x', 'x'],
        ['a/b/', 'b/'],
      ],
    ],
  ] as const)('moves %j to "%s"', (selection, text, expected) => {
    const { request, fault } = typed('move', selection, text)
    expect(fault).toBeUndefined()
    expect(pairs(request)).toEqual(expected)
  })

  it('moves only the versions that were seen', () => {
    expect(typed('move', select('a/x'), 'b').request).toEqual({
      kind: 'move',
      items: [{ key: 'a/x', etag: 'a/x-1', to: 'b' }],
      prefixes: [],
      isOverwrite: false,
    })
  })

  it.each([
    [select('a'), '', 'The key is empty; give it at least one character.'],
    [select('a'), 'a', 'This is where a is.'],
    [select('a'), '/a', 'The key begins with "/"; keys are relative, drop the slash.'],
    [select('a'), 'b/../c', 'The key has a ".." segment; keys have no relative parts.'],
    [select('b/a'), 'b/', 'This is where b/a is.'],
    [select('b/'), 'b', 'This is where b/ is.'],
    [select('b/'), 'b/c', 'b/ cannot go into itself.'],
    [select('b/', 'x'), 'b/', 'b/ cannot go into itself.'],
    [select('b/'), '//', 'The prefix begins with "/"; keys are relative, drop the slash.'],
    [select('a/x', 'b/x'), 'c', 'Two of them would become c/x.'],
    [select('a/x', 'a/y'), 'a', 'This is where a/x is.'],
    [select('a/x', 'a/y'), 'b\n', 'The prefix holds a control character; drop it.'],
  ])('is refused for %j to %j: %s', (selection, text, expected) => {
    expect(typed('copy', selection, text).fault).toBe(expected)
  })

  it('leads only to keys that can be, each to its own, and nothing into itself', () => {
    const segment = fc.constantFrom('a', 'b', 'c.txt', '.', '..', '', ' ', 'x'.repeat(600))
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((all) => all.join('/'))
    const source = fc
      .tuple(path, fc.constantFrom('', '/'))
      .map((parts) => parts.join(''))
      .filter((text) => keyFault(text.replace(/\/$/, '')) === undefined)
    const sources = fc.uniqueArray(source, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(sources, path, (paths, text) => {
        const selection = destination.apart(select(...paths))
        const { request, fault } = typed('move', selection, text)
        if (fault !== undefined) return
        const all = pairs(request)
        expect(new Set(all.map(([, to]) => to)).size).toBe(all.length)
        for (const [from, to = 'none'] of all) {
          expect(to === from || (from.endsWith('/') && to.startsWith(from))).toBe(false)
          // What is under a prefix stays under one; all of it may go to the top level.
          expect(to === '' || to.endsWith('/')).toBe(from.endsWith('/'))
          expect(to === '' ? undefined : keyFault(to.replace(/\/$/, ''))).toBeUndefined()
        }
      }),
      { numRuns: 3000 },
    )
  })
})
