/** A versioned value: a policy as it was decided, changed, and once taken back. */
import { isStorageError, type StorageManager } from '@aos-storage/core'

const key = 'policies/strategy'

interface Strategy {
  readonly goal: string
  readonly regions: readonly string[]
  readonly budget_usd: number
  readonly hiring: string
  readonly review: string
}

const first: Strategy = {
  goal: 'Grow where we are known',
  regions: ['north'],
  budget_usd: 400_000,
  hiring: 'replacements only',
  review: '2025-12-31',
}
const second: Strategy = { ...first, regions: ['north', 'west'], budget_usd: 650_000 }
const third: Strategy = { ...second, hiring: 'two engineers a quarter', review: '2026-03-31' }
const fourth: Strategy = {
  ...third,
  goal: 'Grow at any price',
  regions: [...third.regions, 'south', 'east'],
  budget_usd: 2_000_000,
}

const versions: readonly (readonly [value: Strategy, author: string])[] = [
  [first, 'ceo'],
  [second, 'ceo'],
  [third, 'coo'],
  [fourth, 'ceo'],
]
/** The last one went too far. */
const current = 3

/** Lays it where there is none: also when it was only begun, nobody's is changed. */
export async function layPolicy(storage: StorageManager): Promise<void> {
  try {
    let ifCurrent = 0
    for (const [value, author] of versions) {
      const options = { ifCurrent, metadata: { author } }
      ifCurrent = (await storage.saveVersioned(key, value, options)).version
    }
    await storage.rollback(key, current, { ifCurrent })
  } catch (error) {
    // Somebody has one there, or something else in the place of its pointer.
    if (!isStorageError(error, 'PRECONDITION_FAILED', 'CORRUPT')) throw error
  }
}
