import { library } from '@aos-tooling/build'

export default library([
  'src/index.ts',
  'src/backend-kit.ts',
  'src/remote/index.ts',
  'src/testing/index.ts',
  'src/testing/child.ts',
  'src/testing/tables/child.ts',
  'src/testing/queues/child.ts',
])
