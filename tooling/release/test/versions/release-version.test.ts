import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
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
