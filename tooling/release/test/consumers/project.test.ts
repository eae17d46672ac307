import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { writeProject } from '../../src/consumers/project.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos project '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('asks one registry for everything, whatever the user has set up for our scope', () => {
  const manifest = { name: '@own/a', version: '0.1.0' }
  const own = { name: '@own/a', shortName: 'a', folder: '', manifest }
  const consumer = { name: 'a', packages: [own], peers: { peer: '^1.0.0' }, mayHaveCloud: false }
  writeProject(folder, consumer, 'http://127.0.0.1:1/', '/types')
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const url = 'http://127.0.0.1:1/'
  expect(text('.npmrc')).toBe(`registry=${url}\n@own:registry=${url}\n`)
  expect(text('.yarnrc')).toBe(`"registry" "${url}"\n"@own:registry" "${url}"\n`)
  expect(JSON.parse(text('package.json'))).toMatchObject({
    dependencies: { '@own/a': '^0.1.0', peer: '^1.0.0' },
  })
})
