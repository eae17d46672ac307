import { testProject } from '@aos-tooling/test'

export default testProject('release')
