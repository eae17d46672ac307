import { expect, it } from 'vitest'

import { missingSteps } from '../../src/api/verdict.ts'
import { parseChangeset } from '../../src/versions/changesets.ts'

const name = '@a/b'
const types = (...lines: string[]): Map<string, string> => new Map([[name, lines.join('\n\n')]])
const old = types('export type A = 1;')
const grown = types('export type A = 1;', 'export type B = 2;')
const changed = types('export type A = 1 | 2;')

const changeset = (step: string, text = 'A change.'): ReturnType<typeof parseChangeset> =>
  parseChangeset('a.md', `---\n'${name}': ${step}\n---\n\n${text}\n`)

it.each([
  ['0.1.0', grown, 'none', 'patch'],
  ['0.1.0', grown, 'patch', undefined],
  ['0.1.0', changed, 'patch', 'minor'],
  ['0.1.0', changed, 'minor', undefined],
  ['1.2.3', grown, 'patch', 'minor'],
  ['1.2.3', grown, 'minor', undefined],
  ['1.2.3', changed, 'minor', 'major'],
  ['1.2.3', changed, 'major', undefined],
])('at %s %s with a changeset of %s', (version, current, given, missing) => {
  const changesets = given === 'none' ? [] : [changeset(given)]
  const findings = missingSteps({ name, version, released: old, current }, changesets)
  if (missing === undefined) expect(findings).toEqual([])
  else
    expect(findings).toEqual([expect.stringContaining(`add a changeset with '@a/b': ${missing}`)])
})

it('takes the largest step, and only of this package', () => {
  const other = parseChangeset('b.md', `---\n'@a/other': major\n---\n`)
  const state = { name, version: '1.0.0', released: old, current: changed }
  expect(missingSteps(state, [other, changeset('patch')])).toHaveLength(1)
  expect(missingSteps(state, [changeset('patch'), changeset('major')])).toEqual([])
})

it('believes an author who says that a change breaks nobody, and no more than that', () => {
  const state = { name, version: '1.0.0', released: old, current: changed }
  expect(missingSteps(state, [changeset('minor', 'More.\n\nCompatible: `A`.')])).toEqual([])
  expect(missingSteps(state, [changeset('patch', 'Compatible: A')])).toHaveLength(1)
  expect(missingSteps(state, [changeset('minor', 'Compatible: B')])).toHaveLength(1)
  const removed = { ...state, current: types('export type B = 2;') }
  expect(missingSteps(removed, [changeset('minor', 'Compatible: A')])).toHaveLength(1)
})

it('asks for the first version of what was never released', () => {
  const state = { name, version: '0.0.0', released: undefined, current: old }
  expect(missingSteps(state, [])).toEqual([expect.stringContaining('minor')])
  expect(missingSteps(state, [changeset('patch')])).toHaveLength(1)
  expect(missingSteps(state, [changeset('minor')])).toEqual([])
})

it('does not take a package for new because its released types are gone', () => {
  const state = { name, version: '0.1.0', released: undefined, current: old }
  expect(missingSteps(state, [changeset('minor')])).toEqual([
    expect.stringContaining('api/released'),
  ])
})
