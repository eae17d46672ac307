import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { changesBetween } from '../../src/api/difference.ts'

const entry = '@a/b'
const of = (...blocks: string[]): Map<string, string> =>
  new Map([[entry, `// head\n\n${blocks.join('\n\n')}\n`]])

const between = (before: string[], after: string[]): string[] =>
  changesBetween(of(...before), of(...after)).map(
    ({ kind, name, what }) => `${kind}: ${name} ${what}`,
  )
const type = (...members: string[]): string =>
  `export interface A {\n${members.map((each) => `    ${each}\n`).join('')}}`
const cls = (...members: string[]): string =>
  `export class A {\n    #private;\n${members.map((each) => `    ${each}\n`).join('')}}`

describe('exports', () => {
  it('come and go', () => {
    expect(between([type(), 'export type B = 1;'], ['export const c: 1;', type()])).toEqual([
      'breaking: B removed',
      'addition: c added',
    ])
  })

  it('move to another entry by reference, under another name', () => {
    const moved = "export { A } from '@a/b/c';"
    expect(between([moved], [moved, "export { A as Z } from '@a/b/c';"])).toEqual([
      'addition: Z added',
    ])
    expect(between([moved], ["export { A } from '@a/b/d';"])).toEqual(['breaking: A changed'])
  })

  it('are whole entries, too', () => {
    const other = new Map([['@a/b/c', '// head\n']])
    expect(changesBetween(of(type()), other)).toEqual([
      { kind: 'breaking', entry, what: 'removed' },
      { kind: 'addition', entry: '@a/b/c', what: 'added' },
    ])
  })
})

describe('a declaration', () => {
  it.each([
    ['the same', type('a: string;'), type('a: string;'), 'none'],
    ['an optional member more', type('a: string;'), type('a: string;', 'readonly b?: 1;'), 'grown'],
    ['an optional method more', type('a: string;'), type('b?(c: 1): void;', 'a: string;'), 'grown'],
    [
      'an optional member of several lines more',
      type('a: string;'),
      type('a: string;', 'b?: {', '    c: string;', '};'),
      'grown',
    ],
    ['a member more', type('a: string;'), type('a: string;', 'b: 1;'), 'changed'],
    [
      'a member more behind an optional one',
      type('a: string;'),
      type('a: string;', 'b?: {', '    c: string;', '};', 'd: 1;'),
      'changed',
    ],
    ['a member less', type('a: string;', 'b?: 1;'), type('a: string;'), 'changed'],
    ['another type of a member', type('a: string;'), type('a: number;'), 'changed'],
    ['a member that became optional', type('a: string;'), type('a?: string;'), 'changed'],
    ['a member that became needed', type('a?: string;'), type('a: string;'), 'changed'],
    ['a method of a class more', cls('a(): void;'), cls('a(): void;', 'b(c: 1): void;'), 'grown'],
    [
      'an abstract method more',
      cls('a(): void;'),
      cls('abstract b(): void;', 'a(): void;'),
      'changed',
    ],
    ['a constructor', cls('a(): void;'), cls('constructor(b: 1);', 'a(): void;'), 'changed'],
    [
      'a constructor that few may call',
      cls('a(): void;'),
      cls('private constructor();', 'a(): void;'),
      'changed',
    ],
    ['a private member', cls('a(): void;'), cls('private readonly b;', 'a(): void;'), 'changed'],
    ['a protected member', cls('a(): void;'), cls('a(): void;', 'protected b: 1;'), 'changed'],
    ['an overload more of a method', cls('a(): 1;'), cls('a(): 1;', 'a(b: 1): 2;'), 'grown'],
    ['an overload before a method', cls('a(): 1;'), cls('a(): 2;', 'a(): 1;'), 'changed'],
    ['a method of a class less', cls('a(): void;', 'b(): void;'), cls('a(): void;'), 'changed'],
    [
      'an overload more',
      'export function A(b: 1): 1;',
      'export function A(b: 1): 1;\nexport function A(b: 2): 2;',
      'grown',
    ],
    [
      'an overload before the others',
      'export function A(b: 1): 1;',
      'export function A(b: 1): 2;\nexport function A(b: 1): 1;',
      'changed',
    ],
    [
      'another parameter',
      'export function A(b: 1): 1;',
      'export function A(b: 1, c?: 2): 1;',
      'changed',
    ],
    ['a case of a union more', 'export type A = 1;', 'export type A = 1 | 2;', 'changed'],
  ])('with %s', (_, before, after, what) => {
    const kind = what === 'grown' ? 'addition' : 'breaking'
    expect(between([before], [after])).toEqual(what === 'none' ? [] : [`${kind}: A ${what}`])
  })

  it('that is not exported counts when it stays, and not when it comes or goes', () => {
    const own = (type: string): string => `interface Own {\n    a: ${type};\n}`
    expect(between([own('1')], [own('2')])).toEqual(['breaking: Own changed'])
    expect(between([own('1')], [])).toEqual([])
    expect(between([], [own('1')])).toEqual([])
  })

  it('that is exported from now on is the same as before, or counts as changed', () => {
    const own = 'interface A {\n    a: string;\n}'
    expect(between([own], [type('a: string;')])).toEqual(['addition: A added'])
    expect(between([own], [type('a: string;', 'b: 1;')])).toEqual([
      'addition: A added',
      'breaking: A changed',
    ])
    const imported = "import { T } from 'a';"
    expect(between([imported], ["export { T } from 'a';"])).toEqual(['addition: T added'])
    expect(between([imported], ["export { T } from 'b';"])).toContain('breaking: T changed')
  })

  it('of the same name of another module is another one', () => {
    expect(between(["import { T } from 'a';"], ["import { T } from 'b';"])).toEqual([
      'breaking: T changed',
    ])
  })
})

it('takes a line for harmless only if all old lines are still there', () => {
  const member = fc.constantFrom(
    'a: 1;',
    'b?: 2;',
    'c(): 3;',
    'd?(): 4;',
    'e?: {',
    '    f: 5;',
    '};',
  )
  fc.assert(
    fc.property(fc.array(member), fc.array(member), (before, after) => {
      const [change] = changesBetween(of(type(...before)), of(type(...after)))
      if (change === undefined) expect(after).toEqual(before)
      if (change?.what !== 'grown') return
      const left = [...after]
      for (const each of before) {
        const at = left.indexOf(each)
        expect(at).toBeGreaterThanOrEqual(0)
        left.splice(at, 1)
      }
    }),
  )
})
