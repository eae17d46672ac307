import { defineProject, type UserWorkspaceConfig } from 'vitest/config'

/** Resolves `@aos-storage/*` to the sources, so that tests never run against a stale build. */
const conditions = ['@aos-storage/source', 'module', 'node', 'development|production']

/** The vitest project of one package: `export default testProject('core')`. */
export function testProject(name: string): UserWorkspaceConfig {
  return defineProject({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      // Two busy cores, and tests that start processes: slow is no failure, hanging is.
      testTimeout: 20_000,
      hookTimeout: 60_000,
      // Child processes that tests start (crash and race tests) resolve the sources too.
      env: { NODE_OPTIONS: '--conditions=@aos-storage/source' },
    },
  })
}
