/** Objects that a command makes for itself, and removes whatever happens. */
import type { StorageManager } from '@aos-storage/core'
import type { Output } from '../output/output.ts'
import { printable } from '../output/printable.ts'

/**
 * Does `work` and removes all below `prefix`, also after Ctrl-C. What cannot be removed is told;
 * only where all else went well is that the failure.
 */
export async function withScratch<Result>(
  { store, prefix, output }: { store: StorageManager; prefix: string; output: Output },
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Result
  try {
    result = await work()
  } catch (error) {
    await removeBelow(store, prefix).catch((failure: unknown) => {
      const { message } = failure as Error
      output.warn(printable(`what is below ${prefix} could not be removed: ${message}`))
    })
    throw error
  }
  await removeBelow(store, prefix)
  return result
}

/** @throws StorageError the first failure, after the rest was tried. */
export async function removeBelow(store: StorageManager, prefix: string): Promise<void> {
  const keys = async function* (): AsyncGenerator<string> {
    for await (const entry of store.list({ prefix })) if (entry.kind === 'object') yield entry.key
  }
  const results = await store.deleteMany(keys(), { foreign: true })
  for (const result of results) if (!result.ok) throw result.error
}
