import { expect, it } from 'vitest'

import { fileNames } from '../../src/rules/file-names.ts'
import { check } from '../check.ts'

it.each(['utils.ts', 'helpers.ts', 'string-utils.ts', 'common/keys.ts', 'misc.ts', 'util.test.ts'])(
  'finds %s',
  (name) => {
    expect(check(fileNames, { [`packages/a/src/${name}`]: '' })).toHaveLength(1)
  },
)

it('finds names that are not in kebab case', () => {
  expect(check(fileNames, { 'packages/a/src/fileName.ts': '' })[0]).toContain('kebab case')
})

it('accepts nouns', () => {
  const names = ['hash-ring.ts', 'index.ts', 'a.bench.ts', 'commonplace.ts', 'utilization.ts']
  const texts = Object.fromEntries(names.map((name) => [`packages/a/src/${name}`, '']))
  expect(check(fileNames, texts)).toEqual([])
})
