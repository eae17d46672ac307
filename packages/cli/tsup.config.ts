import { library } from '@aos-tooling/build'

export default library(['src/index.ts', 'src/bin.ts'])
