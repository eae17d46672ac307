import { expect, it } from 'vitest'

import { entriesOf } from '../../src/api/entry.ts'
import type { Manifest } from '../../src/public-packages.ts'

type Exports = NonNullable<Manifest['exports']>
const entries = (exports: Exports): ReturnType<typeof entriesOf> =>
  entriesOf({
    name: '@a/b',
    shortName: 'b',
    folder: 'b',
    manifest: { name: '@a/b', version: '0.1.0', exports },
  })

it('are the ways into a package, with their declarations and sources', () => {
  const built = { '@aos-storage/source': './src/x/kit.ts', types: './dist/x/kit.d.ts' }
  expect(
    entries({ './x/kit': built, './internal/*': null, './package.json': './package.json' }),
  ).toEqual([
    {
      name: '@a/b/x/kit',
      fileName: 'x-kit',
      declarations: 'b/dist/x/kit.d.ts',
      source: 'b/src/x/kit.ts',
    },
  ])
})

it.each<[string, Exports]>([
  ['a program alone', { './x': './dist/x.js' }],
  ['no types', { './x': { default: './dist/x.js' } }],
  ['types deeper down', { './x': { import: { types: './dist/x.d.ts' } as never } }],
])('refuses one that would change unseen: %s', (_, exports) => {
  expect(() => entries(exports)).toThrow("'./x' of exports names no types")
})
