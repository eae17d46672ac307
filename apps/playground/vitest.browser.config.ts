import { testProject } from '@aos-tooling/test'

/** A browser and a server a file: two at a time, as one alone waits for a third of its time. */
export default testProject('playground-browser', {
  include: ['test/browser/**/*.test.ts'],
  isLast: true,
})
