import { expect, it } from 'vitest'

import type { PublicPackage } from '../../src/public-packages.ts'
import { parseChangeset } from '../../src/versions/changesets.ts'
import { followersChangeset, followersOf } from '../../src/versions/followers.ts'

const made = (name: string, version: string, ...needs: string[]): PublicPackage => ({
  name,
  shortName: name,
  folder: name,
  manifest: { name, version, dependencies: Object.fromEntries(needs.map((each) => [each, '^1'])) },
})
const packages = (version: string): PublicPackage[] => [
  made('core', version),
  made('file', version, 'core'),
  made('cli', version, 'file'),
  made('other', version),
]
const change = (steps: Record<string, string>): ReturnType<typeof parseChangeset> => {
  const head = Object.entries(steps).map(([name, step]) => `${name}: ${step}\n`)
  return parseChangeset('a.md', `---\n${head.join('')}---\n`)
}
const followers = (version: string, steps: Record<string, string>): string[] =>
  followersOf(packages(version), [change(steps)]).map(({ name, step }) => `${name} ${step}`)

it('takes dependents along when a package leaves their range, and theirs', () => {
  expect(followers('0.1.0', { core: 'minor' })).toEqual(['file minor', 'cli minor'])
  expect(followers('1.0.0', { core: 'major' })).toEqual(['file major', 'cli major'])
  expect(followers('0.1.0', { file: 'minor', core: 'patch' })).toEqual(['cli minor'])
})

it('leaves them where they are when it stays in their range', () => {
  expect(followers('0.1.0', { core: 'patch', other: 'minor' })).toEqual([])
  expect(followers('1.0.0', { core: 'minor' })).toEqual([])
})

it('adds nothing to those that move so far by themselves, and raises those that do not', () => {
  expect(followers('0.1.0', { core: 'minor', file: 'minor', cli: 'minor' })).toEqual([])
  expect(followers('0.1.0', { core: 'minor', file: 'patch' })).toEqual(['file minor', 'cli minor'])
})

it('writes a changeset that can be read', () => {
  const found = followersOf(packages('0.1.0'), [change({ core: 'minor' })])
  const { steps } = parseChangeset('followers.md', followersChangeset(found))
  expect([...steps]).toEqual([
    ['file', 'minor'],
    ['cli', 'minor'],
  ])
})

it('refuses a changeset that is none', () => {
  expect(() => parseChangeset('a.md', 'text')).toThrow('no head')
  expect(() => change({ core: 'huge' })).toThrow("'huge' is no step")
  expect(parseChangeset('empty.md', '---\n---\n').steps.size).toBe(0)
})
