/**
 * What it costs a new process to import the package, as it is published: run `pnpm build` first.
 * A row beside them is a process that imports nothing.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { defineSuite, type Rival, versionOf } from '@aos-tooling/bench'

const ours = fileURLToPath(new URL('../dist/index.js', import.meta.url))
const cwd = fileURLToPath(new URL('.', import.meta.url))

const importing = (name: string, specifier: string, version: string): Rival => ({
  name,
  version,
  setup() {
    let peakKib = 0
    const program =
      `await import(${JSON.stringify(specifier)})\n` +
      'process.stdout.write(String(process.resourceUsage().maxRSS))'
    const args = ['--input-type=module', '--eval', program]
    return {
      async run() {
        const options = { cwd, env: { NODE_OPTIONS: '' } }
        const { stdout } = await promisify(execFile)(process.execPath, args, options)
        peakKib = Math.max(peakKib, Number(stdout))
      },
      peakBytes: () => peakKib * 1024,
    }
  },
})

const versionHere = (name: string): string => versionOf(name, import.meta.url)

const backend: Rival = {
  ...importing('backend-s3', ours, 'dist'),
  unavailable: () => (existsSync(ours) ? undefined : 'dist is not built; run pnpm build'),
}

export default defineSuite({
  name: 'cold import',
  about:
    'A process that imports the package and ends, files warm; an operation is a process, and ' +
    'memory is all of it, Node included.',
  ours: 'backend-s3',
  operationsPerBatch: 1,
  warmupBatches: 2,
  measureMs: 3000,
  rounds: 5,
  promises: [],
  rivals: [
    backend,
    importing('client-s3', '@aws-sdk/client-s3', versionHere('@aws-sdk/client-s3')),
    importing('minio', 'minio', versionHere('minio')),
    importing('s3mini', 's3mini', versionHere('s3mini')),
    importing('nothing', 'node:path', `node ${process.version}`),
  ],
})
