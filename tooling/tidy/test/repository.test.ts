/** The rules, applied to this repository. */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

import { rules } from '../src/index.ts'
import { Repository } from '../src/repository.ts'
import { describeFinding } from '../src/rule.ts'

const root = resolve(import.meta.dirname, '../../..')

describe('this repository', () => {
  const repository = Repository.at(root)

  // Each reads the whole repository: five seconds alone, many beside other work.
  it.each(rules)('$name', { timeout: 120_000 }, (rule) => {
    expect(rule.check(repository).map(describeFinding)).toEqual([])
  })

  it('is seen: its own files are among those that are checked', () => {
    expect(repository.sources()).toContain('tooling/tidy/test/repository.test.ts')
    expect(repository.publicPackages().length).toBeGreaterThan(0)
    expect(repository.paths.some((path) => path.includes('node_modules'))).toBe(false)
  })
})

it('has every rule in the list, and a test with bad examples for each', () => {
  const folder = (name: string): string[] =>
    readdirSync(join(import.meta.dirname, name)).map((file) => file.replace('.test.ts', '.ts'))
  expect(folder('../src/rules')).toHaveLength(rules.length)
  expect(folder('rules')).toEqual(folder('../src/rules'))
})
