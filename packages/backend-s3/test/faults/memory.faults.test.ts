/** Long streams through small heaps: what a process takes for them does not grow with them. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { connectionOptions, newBucket } from '../support/bucket.ts'

const mebibyte = 1024 ** 2
const length = 256 * mebibyte
const program = fileURLToPath(new URL('../support/memory-program.ts', import.meta.url))

describeWithService('rgw', (service) => {
  it.each([
    ['in parts', {}],
    ['by a scratch object', { checksum: 'sha256' }],
  ] as const)(
    '256 MiB in and out, %s, take less than 96 MiB',
    async (_, options) => {
      const bucket = await newBucket(service.url)
      const given = { bucket: bucket.name, ...connectionOptions(service.url), ...options }
      // A heap that could not hold it, nor what would be left of its chunks.
      const flags = ['--max-old-space-size=48', '--max-semi-space-size=2']
      const args = [...flags, program, JSON.stringify(given), String(length)]
      const { stdout } = await promisify(execFile)(process.execPath, args)
      const { written, read } = JSON.parse(stdout) as { written: number; read: number }
      const shown = [written, read].map((bytes) => Math.round(bytes / mebibyte))
      process.stdout.write(`\n256 MiB took ${shown[0]} MiB in, and ${shown[1]} MiB out\n`)
      // Four parts of 8 MiB on their way, one that fills, the first 8 MiB, the sockets' buffers.
      expect(written).toBeLessThan(96 * mebibyte)
      expect(read).toBeLessThan(96 * mebibyte)
    },
    120_000,
  )
})
