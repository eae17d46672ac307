import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { releaseVersion } from '../../src/versions/release-version.ts'

it('does nothing where the changesets were consumed: a release is packed after that', async () => {
  const root = mkdtempSync(join(tmpdir(), 'aos version '))
  try {
    mkdirSync(join(root, '.changeset'))
    mkdirSync(join(root, 'packages'))
    const { signal } = new AbortController()
    // Without a PATH, `changeset` would not be found.
    expect(await releaseVersion(root, { env: {}, signal })).toEqual([])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

it('leaves no changeset of its own behind when changesets fails', async () => {
  const root = mkdtempSync(join(tmpdir(), 'aos version '))
  try {
    const write = (path: string, text: string): void => {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const manifest = (name: string, dependencies = {}): string =>
      JSON.stringify({ name, version: '0.1.0', dependencies })
    write('packages/core/package.json', manifest('core'))
    write('packages/file/package.json', manifest('file', { core: 'workspace:^' }))
    write('.changeset/a.md', '---\ncore: minor\n---\n')
    const { signal } = new AbortController()
    await expect(releaseVersion(root, { env: {}, signal })).rejects.toThrow('changeset')
    expect(readdirSync(join(root, '.changeset'))).toEqual(['a.md'])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
