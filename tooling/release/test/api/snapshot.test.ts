import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { snapshotsOf } from '../../src/api/snapshot.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos api '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The snapshots of entries at `index.d.ts` and, if there is one, `kit.d.ts`. */
function snapshots(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const entries = ['index', 'kit']
    .filter((fileName) => `${fileName}.d.ts` in files)
    .map((fileName) => ({
      name: fileName === 'index' ? '@a/b' : `@a/b/${fileName}`,
      fileName,
      declarations: join(folder, `${fileName}.d.ts`),
    }))
  return [...snapshotsOf(entries).values()].map((text) => text.split('\n').slice(2).join('\n'))
}

it('follows exports to their declarations, and these to what they name', () => {
  const [text] = snapshots({
    'index.d.ts': `export * from './deep/a.ts'\nexport { make as build } from './deep/b.ts'`,
    'deep/a.d.ts': `import type { Own } from './b.ts'
      /** Of no interest here. */
      export interface A { readonly own: Own; /* nor this */ next?: A }`,
    'deep/b.d.ts': `import { Readable } from 'node:stream'
      export interface Own { body: Readable }
      export declare function make(a: string): Own
      export declare function make(a: number): Own
      export interface Unused {}`,
  })
  expect(text).toBe(`import { Readable } from 'node:stream';

export { make as build };

export interface A {
    readonly own: Own;
    next?: A;
}

interface Own {
    body: Readable;
}

function make(a: string): Own;
function make(a: number): Own;
`)
})

it('gives the same text wherever the same is declared', () => {
  const one = snapshots({
    'index.d.ts': 'export type A = B | 1;\ntype B = 2;\nexport declare const c: A;\nexport {};',
  })
  const other = snapshots({
    'index.d.ts': `export { c } from './x/c.ts'\nexport type { A } from './a.ts'`,
    'a.d.ts': `import type { B } from './x/c.ts'\nexport type A = B | 1`,
    'x/c.d.ts': `import type { A } from '../a.ts'\nexport type B = 2\nexport declare const c: A`,
  })
  expect(other).toEqual(one)
})

it('writes what two entries export in the first, and refers to it from the second', () => {
  const [, kit] = snapshots({
    'index.d.ts': `export * from './a.ts'`,
    'kit.d.ts': `export { A } from './a.ts'\nimport { B } from './a.ts'\nexport type C = B`,
    'a.d.ts': 'export interface A {}\nexport interface B {}',
  })
  expect(kit).toBe("import { B } from '@a/b';\n\nexport { A } from '@a/b';\n\nexport type C = B;\n")
})

it('tells what a name of another module is called there', () => {
  const [text] = snapshots({
    'index.d.ts': `import { A as B } from 'x'\nimport C from 'y'\nimport * as d from 'z'
      export { E as F } from 'x'\nexport * as g from 'z'
      export declare function f(b: B, c: C, d: d.D): void`,
  })
  expect(text?.split('\n\n').slice(0, 2).join('\n')).toBe(`import { A as B } from 'x';
import { default as C } from 'y';
import { * as d } from 'z';
export { E as F } from 'x';
export { * as g } from 'z';`)
})

it('tells a class that is exported for its type alone', () => {
  const files = { 'a.d.ts': 'export declare class A {}\nexport interface B {}' }
  const [whole] = snapshots({ ...files, 'index.d.ts': `export { A, B } from './a.ts'` })
  const [type] = snapshots({ ...files, 'index.d.ts': `export type { A, B } from './a.ts'` })
  expect(whole).toContain('export class A {')
  expect(type).toContain('export { type A };\n\nexport interface B {\n}\n\nclass A {')
})

it.each([
  ['types added to another module', `declare module 'x' { interface A {} }\nexport type B = 1`],
  ['types added to all modules', 'declare global { interface A {} }\nexport type B = 1'],
  ['all exports of others', `export * from 'x'\nexport type B = 1`],
  ['a module as a name', `export * as b from './b.ts'`],
  ['a module as a name, imported before', `import * as b from './b.ts'\nexport { b }`],
])('refuses what it cannot tell: %s', (_, text) => {
  const files = { 'index.d.ts': text, 'b.d.ts': 'export type B = 1' }
  expect(() => snapshots(files)).toThrow('which a snapshot cannot tell')
})

it('says so when a package is not built', () => {
  const entry = { name: '@a/b', fileName: 'index', declarations: join(folder, 'no.d.ts') }
  expect(() => snapshotsOf([entry])).toThrow('pnpm build')
})
