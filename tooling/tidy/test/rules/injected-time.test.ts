import { expect, it } from 'vitest'

import { injectedTime } from '../../src/rules/injected-time.ts'
import { check } from '../check.ts'

const inSource = (code: string): string[] => check(injectedTime, { 'packages/a/src/a.ts': code })

it.each([
  'const now = Date.now()',
  'const now = new Date()',
  'const now = performance.now()',
  'const roll = Math.random()',
  'setTimeout(() => {}, 1)',
  'setInterval(f)',
  'const id = crypto.randomUUID()',
  "import { randomUUID as id } from 'node:crypto'",
  "import { setTimeout as sleep } from 'node:timers/promises'",
  'const signal = AbortSignal.timeout(5)',
  'const read = { clock: Date.now }',
])('finds %s', (code) => {
  expect(inSource(`\n${code}`)).toEqual([expect.stringContaining('packages/a/src/a.ts:2 ')])
})

it('accepts what does not read the host', () => {
  const code = `
    // Date.now() in a comment
    const text = 'Math.random()'
    const day = new Date(clock.now())
    import { setImmediate as turn } from 'node:timers/promises'
    import { createHash } from 'node:crypto'
    clearTimeout(timer)`
  expect(inSource(code)).toEqual([])
})

it('looks only at sources that are not there to bring time in', () => {
  const text = 'Date.now()'
  const paths = ['packages/a/src/clock.ts', 'packages/a/test/a.test.ts', 'tooling/a/src/a.ts']
  expect(check(injectedTime, Object.fromEntries(paths.map((path) => [path, text])))).toEqual([])
})
