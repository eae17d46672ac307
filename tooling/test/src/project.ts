import { join } from 'node:path'
import { defineProject, type UserWorkspaceConfig } from 'vitest/config'

/**
 * Resolves `@aos-storage/*` to the sources, so that tests never run against a stale build; else as
 * Node does, which knows no `module`.
 */
const conditions = ['@aos-storage/source', 'node', 'development|production']

/** Within the clone, so that nobody else writes there. */
const compileCache = join(import.meta.dirname, '../../../node_modules/.cache/node-compile')

/** What sets a project of tests apart. */
export interface TestProjectOptions {
  /** Which test files. Default: all under `test/`. */
  readonly include?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  /** After all other projects, two files at a time: for tests that need the machine. */
  readonly isLast?: boolean | undefined
}

/** The vitest project of one package: `export default testProject('core')`. */
export function testProject(name: string, options: TestProjectOptions = {}): UserWorkspaceConfig {
  const { include = ['test/**/*.test.ts'], exclude = [], isLast = false } = options
  return defineProject({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: [...include],
      exclude: ['**/node_modules/**', ...exclude],
      // Tests wait for disks and servers more than they work; by default a core is left over.
      ...(isLast ? { maxWorkers: 2, sequence: { groupOrder: 1 } } : { maxWorkers: '100%' }),
      // Two busy cores, and tests that start processes: slow is no failure, hanging is.
      testTimeout: isLast ? 60_000 : 20_000,
      hookTimeout: 60_000,
      // Child processes that tests start (crash and race tests) resolve the sources too, and find
      // them compiled: else most of their start is that.
      env: { NODE_OPTIONS: '--conditions=@aos-storage/source', NODE_COMPILE_CACHE: compileCache },
    },
  })
}
