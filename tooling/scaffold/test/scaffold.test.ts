import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { findingsAt } from '@aos-tooling/tidy'

import { scaffold } from '../src/scaffold.ts'

const workspace = resolve(import.meta.dirname, '../../..')
const ofReleases = ['tooling/release/package.json', 'tooling/release/src/tarballs/budgets.ts']
let root = ''

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aos scaffold '))
  const files = ['package.json', 'tsconfig.json', 'tsconfig.tests.json', '.oxfmtrc.json']
  for (const file of [...files, '.gitignore', ...ofReleases]) {
    await cp(join(workspace, file), join(root, file), { recursive: true })
  }
  await cp(join(workspace, '.changeset'), join(root, '.changeset'), { recursive: true })
  await symlink(join(workspace, 'node_modules'), join(root, 'node_modules'))
  execFileSync('git', ['init', '--quiet'], { cwd: root })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const text = (path: string): Promise<string> => readFile(join(root, path), 'utf8')

describe('pnpm new-package', () => {
  it('lays down a package that keeps every tidy rule', async () => {
    const written = await scaffold(root, 'backend-gcs', 'Google Cloud Storage as a backend.')
    expect(written).toContain('packages/backend-gcs/src/index.ts')
    expect(findingsAt(root)).toEqual([])
    const oxfmt = join(root, 'node_modules/.bin/oxfmt')
    expect(() => execFileSync(oxfmt, ['--check', ...written], { cwd: root })).not.toThrow()
  })

  it('makes manifests with the fields of the existing ones, in their order', async () => {
    await scaffold(root, 'backend-gcs')
    const fields = (manifest: string): string[] => Object.keys(JSON.parse(manifest) as object)
    const peer = await readFile(join(workspace, 'packages/backend-file/package.json'), 'utf8')
    const made = fields(await text('packages/backend-gcs/package.json'))
    expect(made).toEqual(fields(peer).filter((field) => made.includes(field)))
  })

  it('registers it with the type checker, the root and the next release', async () => {
    await scaffold(root, 'backend-gcs', 'Google Cloud Storage')
    const references = async (file: string): Promise<string[]> =>
      (JSON.parse(await text(file)) as { references: { path: string }[] }).references.map(
        ({ path }) => path,
      )
    // The last of the packages; apps come behind them, and the project of all tests is the last.
    const all = await references('tsconfig.json')
    const packages = all.filter((path) => path.startsWith('packages/'))
    expect(packages.at(-1)).toBe('packages/backend-gcs')
    expect(all.slice(0, packages.length)).toEqual(packages)
    expect(all.at(-1)).toBe('tsconfig.tests.json')
    expect(await references('tsconfig.tests.json')).toContain('packages/backend-gcs')
    expect(await text('package.json')).toContain('"@aos-storage/backend-gcs": "workspace:*"')
    expect(await text('.changeset/new-backend-gcs.md')).toContain(
      "'@aos-storage/backend-gcs': minor",
    )
  })

  it('has it built before its types are checked, and gives it a budget', async () => {
    const written = await scaffold(root, 'backend-gcs')
    expect(written).toEqual(expect.arrayContaining(ofReleases))
    const [manifest = '', budgets = ''] = await Promise.all(ofReleases.map(text))
    expect(JSON.parse(manifest)).toHaveProperty(
      ['devDependencies', '@aos-storage/backend-gcs'],
      'workspace:*',
    )
    const names = [...budgets.matchAll(/^ {2}'?([\w-]+)'?: \{/gm)].map(([, each]) => each ?? '')
    expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(names).toContain('backend-gcs')
    expect(names).toContain('core')
  })

  it.each([
    [undefined, 'Give the package a name'],
    ['@aos-storage/gcs', 'Leave the scope out'],
    ['Backend', 'use a-z'],
    ['a--b', 'use a-z'],
    ['../x', 'use a-z'],
    ['utils', 'says nothing'],
    ['a'.repeat(41), 'at most 40'],
  ])('refuses %s with the fix', async (name, message) => {
    await expect(scaffold(root, name)).rejects.toThrow(message)
  })

  it('refuses an existing name, and a purpose that would break a file', async () => {
    await scaffold(root, 'twice')
    await expect(scaffold(root, 'twice')).rejects.toThrow('packages/twice exists')
    await expect(scaffold(root, 'other', "it's")).rejects.toThrow('leave quotes')
  })
})
