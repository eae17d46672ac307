import { describe, expect, it } from 'vitest'

import type { Manifest } from '../../src/public-packages.ts'
import { tarballFindings } from '../../src/tarballs/tarball-rules.ts'

const manifest: Manifest = {
  name: '@a/b',
  version: '0.1.0',
  description: 'Something',
  license: 'MIT',
  type: 'module',
  engines: { node: '>=22.18' },
  repository: { type: 'git', url: 'git+https://github.com/a/a.git', directory: 'packages/b' },
  publishConfig: { access: 'public' },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  dependencies: { '@a/core': '^0.1.0' },
}
const files = {
  'package.json': 900,
  LICENSE: 1000,
  'README.md': 1000,
  'src/index.ts': 10,
  'dist/index.js': 10,
  'dist/index.d.ts': 10,
}

function findings(
  changes: object = {},
  more: Readonly<Record<string, number>> = {},
  budget: { packedKiB: number; unpackedKiB: number } | undefined = { packedKiB: 2, unpackedKiB: 3 },
  texts: ReadonlyMap<string, string> = new Map(),
): string[] {
  const tarball = {
    files: new Map(Object.entries({ ...files, ...more })),
    manifest: { ...manifest, ...changes } as Manifest,
    readme: '# @a/b\n',
    texts,
    packedBytes: 2000,
  }
  return tarballFindings(tarball, 'b', budget)
}

it('takes what is right', () => {
  expect(findings()).toEqual([])
})

describe('refuses', () => {
  it.each([
    ['src/a.test.ts'],
    ['test/a.ts'],
    ['bench/a.ts'],
    ['tsconfig.json'],
    ['dist/a.tsbuildinfo'],
    ['src/.env'],
    ['api/index.txt'],
    ['src/credentials.json'],
    ['dist/id_rsa'],
    ['dist/a.pem'],
  ])('the file %s', (path) => {
    expect(findings({}, { [path]: 1 })).toEqual([expect.stringContaining(path)])
  })

  it.each([['LICENSE'], ['README.md']])('an empty %s', (path) => {
    expect(findings({}, { [path]: 0 })).toContainEqual(expect.stringContaining(path))
  })

  it('more than the budget, and none', () => {
    expect(findings({}, { 'dist/big.js': 2000 })).toEqual([
      expect.stringContaining('unpackedKiB 5'),
    ])
    expect(findings({}, {}, { packedKiB: 1, unpackedKiB: 3 })).toHaveLength(1)
    const tarball = {
      files: new Map<string, number>(),
      manifest,
      readme: '',
      texts: new Map(),
      packedBytes: 1,
    }
    expect(tarballFindings(tarball, 'b', undefined).join()).toContain('budgets.ts')
  })

  it.each<[string, object]>([
    ['license', { license: 'ISC' }],
    ['type', { type: 'commonjs' }],
    ['description', { description: '' }],
    ['engines', { engines: undefined }],
    ['repository.url', { repository: { ...manifest.repository, url: 'https://github.com/a/a' } }],
    ['repository.directory', { repository: { ...manifest.repository, directory: 'packages/c' } }],
    ['repository.type', { repository: { ...manifest.repository, type: 'svn' } }],
    ['access', { publishConfig: {} }],
    ['registry', { publishConfig: { access: 'public', registry: 'https://a.example/' } }],
    ['provenance', { publishConfig: { access: 'public', provenance: false } }],
    ['private', { private: true }],
    ['installation', { scripts: { postinstall: 'node x.js' } }],
    ['@a/core', { dependencies: { '@a/core': '0.1.0' } }],
    ['./dist/no.js', { exports: { '.': { default: './dist/no.js' } } }],
    ['./dist/bin.js', { bin: { b: './dist/bin.js' } }],
  ])('a manifest without a right %s', (what, changes) => {
    expect(findings(changes)).toEqual([expect.stringContaining(what)])
  })

  it('the workspace protocol, also where no user would meet it', () => {
    const found = findings({ devDependencies: { '@a/x': 'workspace:*' } })
    expect(found).toEqual([expect.stringContaining('workspace:')])
  })

  it('the source condition', () => {
    const entry = { '@aos-storage/source': './src/index.ts', default: './dist/index.js' }
    expect(findings({ exports: { '.': entry } })).toEqual([expect.stringContaining('source')])
  })

  // Put together here, so that no scanner takes this file for a leak.
  it.each([
    ['a private key', ['-----BEGIN RSA PRIVATE', ' KEY-----\n', 'M'.repeat(64)]],
    ['an access key of AWS', ['const id = "AK', 'IA', 'Q'.repeat(16), '"']],
    ['an account key of Azure', ['AccountName=a;Account', 'Key=', 'a'.repeat(86), '==;']],
    ['a token of GitHub', ['gh', 'p_', 'a'.repeat(36)]],
    ['a token of npm', ['//a.example/:_auth', 'Token=npm', '_', 'a'.repeat(36)]],
  ])('%s, without telling it', (what, parts) => {
    const text = parts.join('')
    const found = findings({}, {}, undefined, new Map([['src/index.ts', text]]))
    expect(found).toEqual([expect.stringContaining(`${what}, in src/index.ts`)])
    expect(found.join()).not.toContain(text.slice(-10))
  })

  it('no secret that everybody knows', () => {
    const known = ['AK', 'IA', 'IOSFODNN7EXAMPLE //a/:_auth', 'Token=$NPM_TOKEN_OF_THE_JOB'].join(
      '',
    )
    expect(findings({}, {}, undefined, new Map([['README.md', known]]))).toEqual([])
  })
})
