import { StorageManager } from '@aos-storage/core'
import { instrumentStorage } from '@aos-storage/otel'

/** Watched from beginning to end. */
export async function run(): Promise<void> {
  const instrumentation = instrumentStorage()
  const storage = await StorageManager.open({ storageType: 'memory' })
  await storage.save('agents/ceo', 'active')
  await storage.close()
  instrumentation[Symbol.dispose]()
}
