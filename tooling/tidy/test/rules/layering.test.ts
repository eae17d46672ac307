import { describe, expect, it } from 'vitest'

import { layering } from '../../src/rules/layering.ts'
import { check } from '../check.ts'

function imports(path: string, statement: string, manifest: object = {}): string[] {
  const folder = path.split('/').slice(0, 2).join('/')
  const name = `@aos-storage/${folder.split('/')[1]}`
  return check(layering, {
    'package.json': JSON.stringify({ devDependencies: { vitest: '1' } }),
    [`${folder}/package.json`]: JSON.stringify({ name, ...manifest }),
    [path]: statement,
  })
}
const depends = (...names: string[]): object => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
})

describe('finds', () => {
  it.each([
    ['packages/core/src/a.ts', "import '@aos-storage/wal'", 'core imports no package'],
    ['packages/core/src/a.ts', "export * from '@aos-storage/backend-s3'", 'core imports no'],
    ['packages/backend-s3/src/a.ts', "import '@aos-storage/cache'", 'only core'],
    ['packages/wal/src/a.ts', "import '@aos-storage/backend-file'", 'take a StorageBackend'],
    ['packages/wal/src/a.ts', "await import('@aos-storage/backend-file')", 'take a StorageBackend'],
    ['packages/wal/src/a.ts', "import '@aos-storage/cli'", 'a floor above'],
    ['packages/wal/src/a.ts', "import '@aos-storage/core/src/a.ts'", 'public entry'],
    ['packages/wal/src/a.ts', "import '../../core/src/a.ts'", 'leaves the package'],
    ['packages/wal/src/a.ts', "import '../test/a.ts'", 'leaves src'],
    ['packages/wal/src/a.ts', "import './b'", 'no extension'],
    ['packages/wal/src/a.ts', "import 'fs'", "write 'node:fs'"],
    ['packages/wal/src/a.ts', "import '/opt/a.js'", 'one machine'],
    ['packages/wal/src/a.ts', "import type { A } from 'unlisted/deep'", 'unlisted is not in'],
    ['packages/wal/src/a.ts', "import 'vitest'", 'vitest is not in the dependencies'],
    ['packages/wal/test/a.test.ts', "import 'unlisted'", 'devDependencies'],
  ])('in %s: %s', (path, statement, message) => {
    const listed = depends('@aos-storage/core', '@aos-storage/backend-file', '@aos-storage/cli')
    expect(imports(path, statement, listed).join('\n')).toContain(message)
  })
})

describe('accepts', () => {
  it.each([
    ['packages/core/src/a.ts', "import { b } from './b.ts'\nimport 'node:fs'"],
    ['packages/core/src/a.ts', "await import('@aos-storage/backend-file')"],
    ['packages/backend-s3/src/a.ts', "import '@aos-storage/core/testing'"],
    ['packages/core/src/a.ts', 'const module = url; await import(module)'],
    ['packages/dr/src/a.ts', "import '@aos-storage/wal'"],
    ['packages/cli/src/a.ts', "import '@aos-storage/backend-file'"],
    ['packages/wal/src/a.ts', "import manifest from '../package.json'"],
    ['packages/wal/test/a.test.ts', "import { it } from 'vitest'\nimport '../src/index.ts'"],
    ['packages/wal/test/a.test.ts', "import '@aos-storage/wal'"],
  ])('in %s: %s', (path, statement) => {
    const names = ['core', 'wal', 'backend-file'].map((name) => `@aos-storage/${name}`)
    expect(imports(path, statement, depends(...names))).toEqual([])
  })
})
