/**
 * Nothing that was acknowledged is lost: random changes by several processes and by a stranger,
 * outages of either store, lost answers, and processes that die anywhere.
 */
import { describe, expect, it } from 'vitest'
import { isStorageError, type ObjectInfo, type StorageBackend } from '../../src/index.ts'
import { collect } from '../../src/backend-kit.ts'
import { seededRandom } from '../../src/testing/index.ts'
import { Died, type Process, turns, World } from './support/fallback-world.ts'

interface Change {
  readonly key: string
  /** Undefined: a delete. */
  readonly value: string | undefined
  readonly startMs: number
  endMs: number
  isAcknowledged: boolean
}

const keys = ['a', 'b', 'c/d', 'c/e']
const type = { contentType: 'text/plain' }

/** What was done, and whether it may be missing in the end. */
class History {
  readonly changes: Change[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** A change that is not acknowledged may be found or not. */
  async note(key: string, value: string | undefined, make: () => Promise<unknown>): Promise<void> {
    const startMs = this.#world.clock.now()
    const change = { key, value, startMs, endMs: Infinity, isAcknowledged: false }
    this.changes.push(change)
    try {
      await make()
      change.isAcknowledged = true
    } catch (error) {
      if (!(error instanceof Died) && !isStorageError(error)) throw error
    }
    // Also of one that failed: what it left behind must not replace what comes after it.
    change.endMs = this.#world.clock.now()
  }

  /** Acknowledged values that nothing later or concurrent explains. */
  missing(found: ReadonlyMap<string, ReadonlySet<string>>): Change[] {
    return this.changes.filter((change) => {
      const { key, value } = change
      if (!change.isAcknowledged || value === undefined) return false
      if (found.get(key)?.has(value)) return false
      const isReplaced = (other: Change): boolean =>
        other !== change && other.key === key && other.endMs >= change.startMs
      return !this.changes.some(isReplaced)
    })
  }
}

async function text(backend: StorageBackend, key: string): Promise<string | undefined> {
  try {
    const { body } = await backend.read(key)
    return Buffer.from(await collect(body)).toString()
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

async function etagOf(backend: StorageBackend, key: string): Promise<string | undefined> {
  try {
    return (await backend.stat(key)).etag
  } catch {
    return undefined
  }
}

async function* chunks(value: string): AsyncGenerator<Uint8Array> {
  for (const character of value) yield Buffer.from(character)
}

async function run(seed: number, steps: number): Promise<void> {
  const random = seededRandom(seed)
  const world = new World(random)
  const options = random.next() < 0.3 ? { mirror: true } : {}
  const processes: Process[] = [world.start(options), world.start(options)]
  const history = new History(world)
  let values = 0

  const change = async (process: Process): Promise<void> => {
    const key = random.pick(keys)
    const value = `v${++values}`
    const bytes = Buffer.from(value)
    const { backend } = process
    const chance = random.next()
    await turns(random.integer(150))
    if (chance < 0.15) {
      await history.note(key, undefined, () => backend.delete(key))
    } else if (chance < 0.3) {
      const ifMatch = await etagOf(backend, key)
      const condition = ifMatch === undefined ? { ifNoneMatch: '*' as const } : { ifMatch }
      await history.note(key, value, () => backend.write(key, bytes, { ...type, ...condition }))
    } else if (chance < 0.4) {
      await history.note(key, value, () => world.primary.write(key, bytes, type))
    } else if (chance < 0.45) {
      await history.note(key, undefined, () => world.primary.delete(key))
    } else {
      const body = random.next() < 0.3 ? chunks(value) : bytes
      await history.note(key, value, () => backend.write(key, body, type))
    }
  }

  for (let step = 0; step < steps; step++) {
    if (random.next() < 0.06) world.primaryWeather.isAway = !world.primaryWeather.isAway
    if (random.next() < 0.05) world.spareWeather.isAway = !world.spareWeather.isAway
    world.primaryWeather.lostAnswers = random.pick([0, 0, 0.5])
    world.spareWeather.lostAnswers = random.pick([0, 0, 0.5])
    const process = random.pick(processes)
    if (random.next() < 0.1) {
      process.callsLeft = 1 + random.integer(12)
      process.diesAfterCall = random.next() < 0.5
    }
    if (random.next() < 0.1) process.isCutOff = !process.isCutOff
    const tasks = [change(process)]
    while (random.next() < 0.4) tasks.push(change(random.pick(processes)))
    if (random.next() < 0.3) {
      const { layer } = random.pick(processes)
      tasks.push(layer.reconcile().then(() => undefined, ignoreExpected))
    }
    await Promise.all(tasks)
    processes.forEach((each, place) => {
      if (each.isDead) processes[place] = world.start(options)
    })
  }

  world.primaryWeather.isAway = false
  world.spareWeather.isAway = false
  const last = world.start({})
  world.nowMs += 2 * 86_400_000
  const summary = await last.layer.reconcile()
  expect(summary).toMatchObject({ failures: [], pending: 0, stoppedBy: undefined })
  const conflicts = await last.layer.conflicts()
  const found = new Map<string, Set<string>>(keys.map((key) => [key, new Set<string>()]))
  for (const key of keys) {
    const value = await text(world.primary, key)
    if (value !== undefined) found.get(key)!.add(value)
    expect(await text(last.backend, key), `seen of ${key}`).toBe(value)
  }
  for (const { id, key, kind } of conflicts) {
    if (kind === 'delete') continue
    const { body } = await last.layer.readConflict(id)
    found.get(key)!.add(Buffer.from(await collect(body)).toString())
  }
  const missing = history.missing(found)
  expect(missing, `seed ${seed}: acknowledged and lost`).toEqual([])
  await expectTidy(world, conflicts.filter(({ kind }) => kind === 'write').length)
  expect((await last.backend.list()).objects.map(({ key }) => key)).toEqual(
    (await world.primary.list()).objects.map(({ key }) => key),
  )
}

function ignoreExpected(error: unknown): void {
  if (!(error instanceof Died) && !isStorageError(error)) throw error
}

async function expectTidy({ spare }: World, bodies: number): Promise<void> {
  const names = async (prefix: string): Promise<readonly ObjectInfo[]> =>
    (await spare.list({ prefix })).objects as ObjectInfo[]
  expect(await names('aos-fallback/journal/')).toEqual([])
  expect(await names('aos-fallback/bodies/')).toHaveLength(bodies)
}

describe('the fallback layer, amid outages and deaths', () => {
  const seeds = Array.from({ length: 60 }, (_, at) => at + 1)
  it.each(seeds)('loses nothing that was acknowledged (seed %i)', (seed) => run(seed, 120))
})
