/** The files of a new package, by path in its folder: the shape of all the existing ones. */
import { packageReadme } from './package-readme.ts'

export interface NewPackage {
  /** Without the scope: `backend-gcs`. */
  readonly name: string
  /** One sentence without a full stop; it stands in package.json and the README. */
  readonly purpose: string
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

export function packageFiles({ name, purpose }: NewPackage): Record<string, string> {
  return {
    'package.json': json(manifest({ name, purpose })),
    'tsconfig.json': json({
      extends: '@aos-tooling/tsconfig/base.json',
      compilerOptions: {
        rootDir: 'src',
        outDir: '.tsbuild/src',
        tsBuildInfoFile: '.tsbuild/src.tsbuildinfo',
      },
      include: ['src'],
      references: [{ path: '../core' }],
    }),
    'tsconfig.build.json': json({
      extends: '@aos-tooling/tsconfig/build.json',
      compilerOptions: { rootDir: 'src', outDir: 'dist' },
      include: ['src'],
    }),
    'tsup.config.ts':
      `import { library } from '@aos-tooling/build'\n\n` +
      `export default library(['src/index.ts'])\n`,
    'vitest.config.ts':
      `import { testProject } from '@aos-tooling/test'\n\n` +
      `export default testProject('${name}')\n`,
    'src/index.ts': sourceStub({ name, purpose }),
    'test/index.test.ts': testStub,
    'test/readme.test.ts': readmeTest,
    [`bench/${name}.bench.ts`]: benchStub(name),
    'README.md': packageReadme({ name, purpose }),
  }
}

function manifest({ name, purpose }: NewPackage): object {
  const built = { types: './dist/index.d.ts', default: './dist/index.js' }
  const self = { './package.json': './package.json' }
  return {
    name: `@aos-storage/${name}`,
    version: '0.0.0',
    description: purpose,
    license: 'MIT',
    repository: {
      type: 'git',
      url: 'git+https://github.com/aos-storage/aos-storage.git',
      directory: `packages/${name}`,
    },
    files: ['dist', 'src', '!dist/**/*.tsbuildinfo'],
    type: 'module',
    sideEffects: false,
    exports: { '.': { '@aos-storage/source': './src/index.ts', ...built }, ...self },
    publishConfig: { access: 'public', exports: { '.': built, ...self } },
    scripts: {
      build: 'tsup && tsc -p tsconfig.build.json',
      test: 'vitest run',
      'check:pack': 'publint --strict && attw --pack . --profile esm-only',
    },
    dependencies: { '@aos-storage/core': 'workspace:^' },
    devDependencies: {
      '@aos-tooling/build': 'workspace:*',
      '@aos-tooling/test': 'workspace:*',
      '@aos-tooling/tsconfig': 'workspace:*',
    },
    engines: { node: '>=22.18' },
  }
}

function sourceStub({ name, purpose }: NewPackage): string {
  return `/**
 * \`@aos-storage/${name}\`: ${purpose}.
 *
 * Say here what the package is, the invariant that it keeps, its errors and its telemetry.
 */
import type { StorageBackend } from '@aos-storage/core'

/** Replace this stub: the name of a backend, as people see it. */
export function titleOf(backend: Pick<StorageBackend, 'name'>): string {
  return \`the \${backend.name} backend\`
}
`
}

const testStub = `import { expect, it } from 'vitest'

import { titleOf } from '../src/index.ts'

it('titles a backend by its name', () => {
  expect(titleOf({ name: 'memory' })).toBe('the memory backend')
})
`

const readmeTest = `import { testReadme } from '@aos-tooling/test/readme'

testReadme(new URL('../README.md', import.meta.url))
`

function benchStub(name: string): string {
  return `import { defineSuite } from '@aos-tooling/bench'

import { titleOf } from '../src/index.ts'

export default defineSuite({
  name: '${name}: title',
  about: 'Replace this stub: the same work by ours and by a rival.',
  ours: 'ours',
  operationsPerBatch: 1000,
  isolation: 'shared',
  rivals: [
    {
      name: 'ours',
      setup: () => ({
        run({ operations }) {
          for (let done = 0; done < operations; done += 1) titleOf({ name: 'memory' })
        },
      }),
    },
    {
      name: 'bare',
      setup: () => ({
        run({ operations }) {
          for (let done = 0; done < operations; done += 1) 'the '.concat('memory', ' backend')
        },
      }),
    },
  ],
})
`
}
