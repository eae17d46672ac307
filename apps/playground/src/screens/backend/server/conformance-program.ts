/**
 * Runs the conformance kit in a process of its own: it counts open files and memory, and keeps the
 * processor busy, none of which goes together with a server. Ends with the server, and after the
 * case that is under way when told to.
 */
import { runConformance } from '@aos-storage/core/testing'
import { harnessOf } from './conformance-harness.ts'
import type { ProgramMessage, ProgramRequest } from './conformance-protocol.ts'

async function main(request: ProgramRequest): Promise<void> {
  const cancelled = new AbortController()
  process.on('disconnect', () => process.exit())
  process.on('message', () => cancelled.abort())
  await runConformance(await harnessOf(request), {
    seed: request.seed,
    filter: ({ group }) => request.group === undefined || group === request.group,
    signal: cancelled.signal,
    onCase: ({ id, status, durationMs, reason }) =>
      send({ kind: 'case', outcome: { id, status, durationMs, reason } }),
  })
  send({ kind: 'ended' }, () => process.disconnect())
}

function send(message: ProgramMessage, onSent: () => void = () => undefined): void {
  process.send!(message, onSent)
}

await main(JSON.parse(process.argv[2]!) as ProgramRequest)
