import { library } from '@aos-tooling/build'

export default library(['src/index.ts', 'src/testing/index.ts'])
