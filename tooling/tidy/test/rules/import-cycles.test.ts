import { expect, it } from 'vitest'

import { importCycles } from '../../src/rules/import-cycles.ts'
import { check } from '../check.ts'

const manifest = { 'packages/a/package.json': '{}' }

it('finds a cycle through several files and folders, once', () => {
  const texts = {
    'packages/a/src/one.ts': "import './two.ts'",
    'packages/a/src/two.ts': "export * from './deep/three.ts'",
    'packages/a/src/deep/three.ts': "import '../one.ts'",
  }
  const findings = check(importCycles, { ...manifest, ...texts })
  expect(findings).toHaveLength(1)
  expect(findings[0]).toContain('is in a cycle:')
})

it('finds a file that imports itself', () => {
  const texts = { ...manifest, 'packages/a/src/one.ts': "import './one.ts'" }
  expect(check(importCycles, texts)[0]).toContain('one.ts -> one.ts')
})

it('accepts diamonds, and cycles of types alone', () => {
  const texts = {
    'packages/a/src/one.ts': "import './two.ts'\nimport './three.ts'",
    'packages/a/src/two.ts': "import './three.ts'\nimport type { One } from './one.ts'",
    'packages/a/src/three.ts': '',
  }
  expect(check(importCycles, { ...manifest, ...texts })).toEqual([])
})
