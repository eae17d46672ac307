import { testProject } from '@aos-tooling/test'

export default testProject('playground', { exclude: ['test/browser/**'] })
