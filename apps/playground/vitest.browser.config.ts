import { testProject } from '@aos-tooling/test'

/** A browser and a server a file: side by side they would only wait for each other. */
export default testProject('playground-browser', {
  include: ['test/browser/**/*.test.ts'],
  isAlone: true,
})
