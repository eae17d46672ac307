/**
 * Health checks: the probe of an orchestrator asks the store as callers meet it, what stands behind
 * it, and every layer; and is told what is wrong, with the fix.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/readiness.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quota, retry, StorageManager } from '@aos-storage/core'
import { faults } from '@aos-storage/core/testing'

const [basePath = mkdtempSync(join(tmpdir(), 'readiness-'))] = process.argv.slice(2)
const network = faults({ seed: 1 }) // between us and the store
const layers = [quota({ bytesMax: 1000 }), retry({ attemptsMax: 2, delayMs: 1 }), network]
await using storage = await StorageManager.open({ storageType: 'file', basePath }, { layers })
await storage.delete('large') // of a run that was stopped

// For `readinessProbe: { httpGet: { path: /ready, port: 8080 }, timeoutSeconds: 5 }`.
async function answer(response: ServerResponse): Promise<void> {
  const { ready, status, checks } = await storage.readiness({ timeoutMs: 4000 })
  const wrong = checks.filter(({ ok }) => !ok).map(({ name, message }) => `${name}: ${message}`)
  response.writeHead(ready ? 200 : 503).end([status, ...wrong].join('\n'))
}
const server = createServer((_request, response) => void answer(response))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as { port: number }

async function probe(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`)
  console.log(answer.status, await answer.text())
}
await probe()

// A full store still serves what is there.
await storage.save('large', new Uint8Array(1000))
await probe()
await storage.delete('large')

network.add({ fault: { kind: 'error' } })
await probe()
network.clear()
await probe()

const { ok, message, details } = await storage.health()
console.log(ok, message, Object.keys(details))
server.close()
