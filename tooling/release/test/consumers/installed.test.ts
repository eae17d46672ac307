import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { assertOneOfEach, installedIn } from '../../src/consumers/installed.ts'

let project = ''
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'aos installed '))
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

function lay(path: string, name: string, version: string, bytes: number): void {
  const folder = join(project, 'node_modules', path)
  mkdirSync(folder, { recursive: true })
  const manifest = JSON.stringify({ name, version })
  writeFileSync(join(folder, 'package.json'), manifest)
  writeFileSync(join(folder, 'rest.js'), Buffer.alloc(bytes - manifest.length))
}

it('counts packages side by side and inside of each other, as npm and yarn lay them', () => {
  lay('a', 'a', '1.0.0', 100)
  lay('@s/b', '@s/b', '1.0.0', 200)
  lay('@s/b/node_modules/a', 'a', '2.0.0', 300)
  expect(installedIn(project)).toEqual({
    packages: ['@s/b@1.0.0', 'a@1.0.0', 'a@2.0.0'],
    bytes: 600,
  })
})

it('counts each once where pnpm links them', () => {
  lay('.pnpm/a@1.0.0/node_modules/a', 'a', '1.0.0', 100)
  lay('.pnpm/@s+b@1.0.0/node_modules/@s/b', '@s/b', '1.0.0', 200)
  const inside = join(project, 'node_modules/.pnpm/@s+b@1.0.0/node_modules/a')
  symlinkSync(join(project, 'node_modules/.pnpm/a@1.0.0/node_modules/a'), inside)
  symlinkSync(inside, join(project, 'node_modules/a'))
  linkSync(join(inside, 'rest.js'), join(inside, 'again.js'))
  expect(installedIn(project)).toEqual({ packages: ['@s/b@1.0.0', 'a@1.0.0'], bytes: 300 })
})

it('takes of ours what is released, and once', () => {
  const own = [{ name: '@o/a', manifest: { name: '@o/a', version: '0.2.0' } }]
  expect(() => assertOneOfEach(['@o/a@0.2.0', '@o/ab@1.0.0'], own)).not.toThrow()
  expect(() => assertOneOfEach(['@o/a@0.1.0', '@o/a@0.2.0'], own)).toThrow('@o/a@0.1.0')
  expect(() => assertOneOfEach(['@o/a@9.0.0'], own)).toThrow('@o/a@9.0.0')
})
