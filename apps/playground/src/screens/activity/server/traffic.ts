/**
 * Some traffic, so that a newcomer sees the screen move: a seeded mix of what programs do, also of
 * what is refused, under a prefix of its own.
 *
 * Invariant: nothing stays, and nothing else goes. Each run writes below a prefix that no other run
 * has, and deletes at its end, also when it is cancelled, what is there.
 */
import { isStorageError, type StorageManager } from '@aos-storage/core'
import { chooseSeed, type SeededRandom, seededRandom } from '@aos-storage/core/testing'
import type { World } from '../../../server/world.ts'
import type { TrafficProgress, TrafficReport, TrafficRequest } from './wire.ts'

/** Each run has a prefix below it. */
const trafficPrefix = 'playground/traffic/'

const stepsDefault = 400
const pauseMsDefault = 20
/** Few enough that keys meet again: then there is something to load, to overwrite, to refuse. */
const keys = 40
const textCharsMax = 50_000
/** A progress message every so many steps. */
const toldSteps = 10

/** Runs the workload until its end or the signal, then removes what it made. */
export async function makeTraffic(
  { storage, clock }: Pick<World, 'storage' | 'clock'>,
  { seed = chooseSeed(), steps = stepsDefault, pauseMs = pauseMsDefault }: TrafficRequest,
  signal: AbortSignal,
  onProgress: (progress: TrafficProgress) => void,
): Promise<TrafficReport> {
  const random = seededRandom(seed)
  const prefix = `${trafficPrefix}${chooseSeed().toString(36)}/`
  let done = 0
  let refused = 0
  try {
    for (; done < steps && !signal.aborted; done++) {
      if (done % toldSteps === 0) onProgress({ done, total: steps, isOver: false })
      if (!(await isTaken(step(storage, prefix, random)))) refused++
      await clock.sleep(pauseMs, signal).catch(() => undefined)
    }
    return { seed, steps: done, refused, isCancelled: signal.aborted }
  } finally {
    await storage.deleteMany(await storage.listKeys(prefix))
    onProgress({ done, total: steps, isOver: true })
  }
}

/** One thing that a program may do. The shown code makes the same choices. */
function step(storage: StorageManager, prefix: string, random: SeededRandom): Promise<unknown> {
  const key = `${prefix}note-${random.integer(keys)}`
  const text = 'traffic '.repeat(1 + random.integer(textCharsMax / 8))
  switch (random.integer(10)) {
    case 0:
    case 1:
    case 2:
      return storage.save(key, { text })
    case 3:
    case 4:
    case 5:
      return storage.load(key)
    case 6:
      return storage.listKeys(prefix)
    case 7:
      return storage.save(key, { text }, { ifNoneMatch: '*' })
    case 8:
      return storage.copy(key, `${prefix}copy-${random.integer(keys)}`)
    default:
      return storage.delete(key)
  }
}

/** False for what the workload expects to be refused: a key that is missing, or there already. */
async function isTaken(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND', 'ALREADY_EXISTS')) return false
    throw error
  }
}
