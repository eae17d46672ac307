import { expect, it } from 'vitest'

import { lineLength } from '../../src/rules/line-length.ts'
import { check } from '../check.ts'

const long = `const a = 1 ${'+ 1 '.repeat(30)}`

it('finds long lines of code and prose', () => {
  expect(check(lineLength, { 'a.ts': `\n${long}` })).toEqual([
    expect.stringContaining('a.ts:2 has'),
  ])
  expect(check(lineLength, { 'a.mjs': long, 'a.md': long })).toHaveLength(2)
})

it('takes a comment on one line for no pattern, which nobody can break', () => {
  expect(check(lineLength, { 'a.ts': `/** ${'word '.repeat(30)}*/` })).toHaveLength(1)
  expect(check(lineLength, { 'a.ts': `  /${'[a-z] '.repeat(30)}/gu,` })).toEqual([])
})

it('counts what is seen, not code units', () => {
  expect(check(lineLength, { 'a.md': '👩‍👩‍👧'.repeat(100) })).toEqual([])
})

it('leaves tables, links, other files and generated files alone', () => {
  const link = `see [this](${'a/'.repeat(60)}b.md) there`
  expect(check(lineLength, { 'a.md': `| ${long} |\n${link}`, 'a.json': long })).toEqual([])
  expect(check(lineLength, { 'x/bench/RESULTS.md': long, 'CHANGELOG.md': long })).toEqual([])
})
