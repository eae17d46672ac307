/**
 * A process that changes a store and keeps an audit log in a file until it is killed. It says over
 * a pipe what was acknowledged, one resource a line, written at once so that nothing said is lost.
 *
 * Arguments: path of the log, name of this writer, how many changes (0: for ever).
 */
import { writeSync } from 'node:fs'
import { applyLayers, audit, fileSink, MemoryStorageBackend } from '../../../src/index.ts'

const reportDescriptor = 3
const lanes = 8
const [, , path, name, times] = process.argv
const most = Number(times) === 0 ? Infinity : Number(times)
const backend = applyLayers(new MemoryStorageBackend(), [
  audit({ sink: fileSink(path!, { durability: 'process' }), context: { filler: 'x'.repeat(500) } }),
])

async function run(lane: number): Promise<void> {
  for (let at = 0; at < most; at++) {
    const key = `${name}/${lane}/${at}`
    await backend.write(key, new Uint8Array(10), { contentType: 'a/b' })
    await backend.delete(key)
    writeSync(reportDescriptor, `${key}\n`)
  }
}

await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)))
await backend.close()
