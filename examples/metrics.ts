/**
 * Numbers of a store: operations, latencies, errors, bytes, availability and retries, as data and
 * as a page for Prometheus; and what is stored, for a gauge that is read now and then.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/metrics.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metrics, prometheusContentType, retry, StorageManager } from '@aos-storage/core'

const [basePath = mkdtempSync(join(tmpdir(), 'metrics-'))] = process.argv.slice(2)
const meter = metrics({ name: 'agents' })
const layers = [meter, retry()] // outside of retry: what callers see
await using storage = await StorageManager.open({ storageType: 'file', basePath }, { layers })

await storage.save('agents/ceo', { name: 'CEO' })
await storage.save('agents/cfo', { name: 'CFO' })
await storage.load('agents/ceo')
await storage.find('agents/none')

const { total, operations } = meter.snapshot()
for (const { operation, calls, errors } of operations) console.log(operation, calls, errors)
console.log(total.calls, 'calls,', total.bytesWritten, 'bytes written,', total.bytesRead, 'read')
console.log('available:', total.availability, 'p99 below a second:', total.latency.p99Ms < 1000)

// What a scrape of /metrics gets.
const server = createServer((_request, response) => {
  response.setHeader('content-type', prometheusContentType).end(meter.prometheus())
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as { port: number }
const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
console.log(page.split('\n').filter((line) => line.startsWith('aos_storage_operations_total')))
server.close()

// The gauge storage.size.bytes, and its growth: of a listing, so once an hour, not by each scrape.
const before = await storage.usage()
await storage.save('agents/growth', { name: 'new' })
const { objects, bytes, growth } = await storage.usage('', { since: before })
console.log(objects, 'objects,', bytes, 'bytes,', growth?.bytes, 'more than before')
await storage.delete('agents/growth')
