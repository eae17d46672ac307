/** What it costs a process to import the package, once: time, and memory of the process. */
import { defineSuite, type Rival, versionOf } from '@aos-tooling/bench'

const importing = (name: string, load: () => Promise<object>, version: string): Rival => ({
  name,
  version,
  setup: () => ({
    async run() {
      if (Object.keys(await load()).length === 0) throw new Error(`${name} exports nothing`)
    },
  }),
})

const versionHere = (name: string): string => versionOf(name, import.meta.url)

export default defineSuite({
  name: 'cold import',
  about: 'import() of the package in a new process, files warm; an operation is one import.',
  ours: 'backend-s3',
  operationsPerBatch: 1,
  warmupBatches: 0,
  batchesMax: 1,
  rounds: 9,
  promises: [],
  rivals: [
    importing('backend-s3', () => import('@aos-storage/backend-s3'), 'sources'),
    importing('client-s3', () => import('@aws-sdk/client-s3'), versionHere('@aws-sdk/client-s3')),
    importing('minio', () => import('minio'), versionHere('minio')),
    importing('s3mini', () => import('s3mini'), versionHere('s3mini')),
  ],
})
