import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importPackage } from '../src/package-import.ts'

describe('packages imported on demand', () => {
  let folder = ''
  const main = (): string => join(folder, 'main.js')

  async function install(name: string, source: string): Promise<void> {
    const path = join(folder, 'node_modules', name)
    await mkdir(path, { recursive: true })
    const manifest = { name, type: 'module', exports: { '.': { default: './index.js' } } }
    await writeFile(join(path, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(path, 'index.js'), source)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-import-'))
    await install('@acme/backend-box', 'export const provider = 1')
    await install('@acme/backend-broken', "import 'not-there-at-all'")
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are found from the main script, where this library cannot see them', async () => {
    expect(await importPackage('@acme/backend-box', main())).toMatchObject({ provider: 1 })
  })

  it('are named with what to do when they are not installed', async () => {
    await expect(importPackage('@acme/backend-none', main())).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('npm install @acme/backend-none') as string,
    })
  })

  it('fail with their own error when it is their dependency that is missing', async () => {
    await expect(importPackage('@acme/backend-broken', main())).rejects.not.toMatchObject({
      code: 'UNSUPPORTED',
    })
  })
})
