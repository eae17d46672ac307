/**
 * Takes a long stream in and out, and prints how much memory this process took for it at most, in
 * bytes: `{ written, read }`. Its arguments: the options of the store as JSON, and a length.
 */
import { S3StorageBackend, type S3Options } from '../../src/index.ts'

const options = JSON.parse(process.argv[2]!) as S3Options
const length = Number(process.argv[3])
const chunk = new Uint8Array(256 * 1024).map((_, at) => (at * 7) & 255)

async function* source(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += chunk.byteLength) {
    sample()
    yield chunk
  }
}

let most = 0
function sample(): void {
  most = Math.max(most, process.memoryUsage.rss())
}

const store = await S3StorageBackend.open(options)
// Whatever is loaded and compiled only once.
await store.write('warm', chunk, { contentType: 'application/octet-stream' })
await store.read('warm')
const before = process.memoryUsage.rss()
const { size } = await store.write('large', source(), { contentType: 'application/octet-stream' })
const written = most - before
most = 0
const { body } = await store.read('large')
let bytes = 0
for await (const part of body as AsyncIterable<Uint8Array>) {
  bytes += part.byteLength
  sample()
}
if (size !== length || bytes !== length) throw new Error(`${size} in, ${bytes} out of ${length}`)
await store.close()
process.stdout.write(JSON.stringify({ written, read: most - before }))
