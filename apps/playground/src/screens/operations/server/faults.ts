/** What befalls calls, as rules of the fault injector. */
import { isStorageError, StorageError } from '@aos-storage/core'
import { aroundCalls, defineLayer, type Layer } from '@aos-storage/core/backend'
import type { Fault, FaultOperation, FaultRule } from '@aos-storage/core/testing'
import type { FaultSettings } from './wire.ts'

/** All but `health` and `close`: the lab has to end, whatever was injected. */
const calls: readonly FaultOperation[] = [
  ...(['read', 'write', 'stat', 'delete', 'list', 'copy', 'deleteMany'] as const),
]
const changes: readonly FaultOperation[] = ['write', 'delete', 'copy', 'deleteMany']

/** Within every body that the traffic writes, but for what checksum and compress make of it. */
const cutBytes = 64

/** The rules, in the order in which they are asked. The shown code makes the same ones. */
export function rulesOf(faults: FaultSettings): readonly FaultRule[] {
  const { latencyMs: delayMs, jitterMs } = faults
  return [
    ...(delayMs + jitterMs === 0
      ? []
      : [{ operation: calls, fault: { kind: 'latency', delayMs, jitterMs } } as const]),
    ...(faults.isOutage ? [{ operation: calls, fault: { kind: 'error' } } as const] : []),
    ...share(faults.errorPercent, calls, { kind: 'error' }),
    ...share(faults.limitedPercent, calls, { kind: 'error', error: 'RATE_LIMITED' }),
    ...share(faults.lostPercent, changes, { kind: 'lost-answer' }),
    ...share(faults.tornPercent, ['write'], { kind: 'torn-write', afterBytes: cutBytes }),
    ...share(faults.shortPercent, ['read'], { kind: 'short-read', afterBytes: cutBytes }),
    ...share(faults.silentPercent, ['read'], { kind: 'silent-end', afterBytes: cutBytes }),
  ]
}

function share(
  percent: number,
  operation: readonly FaultOperation[],
  fault: Fault,
): readonly FaultRule[] {
  return percent === 0 ? [] : [{ operation, fault, probability: percent / 100 }]
}

/**
 * A connection as the client of a service has it: a body that breaks off on its way is a fault of
 * the connection, and may be sent again; to files it is a fault of the caller.
 */
export function connection(): Layer {
  return defineLayer({
    name: 'connection',
    wrap: (inner) =>
      aroundCalls(inner, async (call, run) => {
        try {
          return await run()
        } catch (error) {
          if (!isStorageError(error, 'ABORTED') || call.options?.signal?.aborted === true)
            throw error
          throw new StorageError('UNAVAILABLE', 'The connection broke off', { cause: error })
        }
      }),
  })
}

/** The faults in words, of those that are active; empty without any. */
export function faultsText(faults: FaultSettings): string {
  if (faults.isOutage) return 'an outage'
  const shares: readonly (readonly [percent: number, words: string])[] = [
    [faults.errorPercent, 'errors'],
    [faults.limitedPercent, 'RATE_LIMITED'],
    [faults.lostPercent, 'lost answers'],
    [faults.tornPercent, 'torn writes'],
    [faults.shortPercent, 'short reads'],
    [faults.silentPercent, 'silent ends'],
  ]
  const latency = latencyText(faults)
  return [
    ...(latency === '' ? [] : [latency]),
    ...shares.flatMap(([percent, words]) => (percent === 0 ? [] : [`${percent} % ${words}`])),
  ].join(', ')
}

function latencyText({ latencyMs, jitterMs }: FaultSettings): string {
  if (latencyMs + jitterMs === 0) return ''
  return jitterMs === 0
    ? `${latencyMs} ms latency`
    : `${latencyMs} to ${latencyMs + jitterMs} ms latency`
}
