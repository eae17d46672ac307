/** What the vitest.config.ts of a package imports; its tests import `@aos-tooling/test/readme`. */
export { testProject } from './project.ts'
