/** The code blocks of the root README and of the one here run; its index names every program. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { testReadme } from '@aos-tooling/test/readme'
import { describe, expect, it } from 'vitest'

testReadme(new URL('../../README.md', import.meta.url), { runs: 2 })
describe('of the examples', () => {
  testReadme(new URL('../README.md', import.meta.url), {
    runs: 2,
    commands: ['node_modules/.bin/node'],
  })

  it('names every program once', () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const programs = globSync('*.ts', { cwd }).filter((file) => file !== 'vitest.config.ts')
    const index = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const named = [...index.matchAll(/\]\(([\w-]+\.ts)\)/g)]
    expect(new Set(named.map(([, file]) => file))).toEqual(new Set(programs))
    expect(named).toHaveLength(programs.length)
  })
})
