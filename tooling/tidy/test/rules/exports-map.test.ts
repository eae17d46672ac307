import { expect, it } from 'vitest'

import { exportsMap } from '../../src/rules/exports-map.ts'
import { check } from '../check.ts'

const main = {
  '@aos-storage/source': './src/index.ts',
  types: './dist/index.d.ts',
  default: './dist/index.js',
}
const { '@aos-storage/source': _, ...published } = main

function packageWith(changes: object, tsup = "library(['src/index.ts'])"): Record<string, string> {
  const manifest = {
    name: '@aos-storage/a',
    exports: { '.': main, './package.json': './package.json' },
    publishConfig: { exports: { '.': published, './package.json': './package.json' } },
    ...changes,
  }
  return {
    'packages/a/package.json': JSON.stringify(manifest),
    'packages/a/src/index.ts': '',
    'packages/a/tsup.config.ts': `export default ${tsup}`,
  }
}

it('accepts a package in which all agree', () => {
  expect(check(exportsMap, packageWith({}))).toEqual([])
  expect(check(exportsMap, packageWith({ private: true, exports: undefined }))).toEqual([])
})

it.each([
  ['no exports', { exports: undefined }, 'has no exports'],
  ['no source', { exports: { '.': published } }, 'has no "@aos-storage/source"'],
  [
    'the wrong order',
    {
      exports: {
        '.': {
          default: './dist/index.js',
          types: './dist/index.d.ts',
          '@aos-storage/source': './src/index.ts',
        },
      },
    },
    'in this order',
  ],
  ['another build', { exports: { '.': { ...main, default: './dist/b.js' } } }, 'in this order'],
  ['the source in what npm gets', { publishConfig: { exports: { '.': main } } }, 'publishConfig'],
])('finds %s', (_, changes, message) => {
  expect(check(exportsMap, packageWith(changes)).join('\n')).toContain(message)
})

it('finds what is not built, not there, or has no build', () => {
  const bin = packageWith({ bin: { a: './dist/bin.js' } })
  expect(check(exportsMap, bin)[0]).toContain('does not build ./src/bin.ts')
  const more = packageWith({}, "library(['src/index.ts', 'src/gone.ts'])")
  expect(check(exportsMap, more)[0]).toContain('builds ./src/gone.ts, which is not there')
  const { 'packages/a/src/index.ts': __, ...sourceless } = packageWith({})
  expect(check(exportsMap, sourceless)[0]).toContain('points to ./src/index.ts, which is not')
  const { 'packages/a/tsup.config.ts': ___, ...unbuilt } = packageWith({})
  expect(check(exportsMap, unbuilt)[0]).toContain('tsup.config.ts is not there')
})
