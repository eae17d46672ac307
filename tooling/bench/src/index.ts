/** What bench files import. The runner behind it is `pnpm bench`; see README.md. */
export { defineSuite } from './suite.ts'
export type {
  Batch,
  BenchEnvironment,
  BenchPromise,
  ReadyRival,
  Rival,
  Shared,
  Suite,
} from './suite.ts'
export { versionOf } from './suite-files.ts'
