import { StorageManager } from '@aos-storage/core'
import { circuitBreaker, circuitOf } from '@aos-storage/circuit-breaker'

/** A store behind a circuit that is closed. */
export async function run(): Promise<void> {
  const layers = [circuitBreaker({ consecutiveFailures: 3, openMs: 5000 })]
  const storage = await StorageManager.open({ storageType: 'memory' }, { layers })
  await storage.save('agents/ceo', 'active')
  if (circuitOf(storage.backend)?.position !== 'closed')
    throw new Error('the circuit is not closed')
  await storage.close()
}
