/** The API of the Activity screen: recent operations, totals, and some traffic to look at. */
import { randomUUID } from 'node:crypto'
import { collectStatistics, StorageError } from '@aos-storage/core'
import { Hono } from 'hono'
import { integer, maxValue, minValue, number, object, optional, pipe } from 'valibot'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import { topic } from '../../../server/live.ts'
import type { OpenScreen, ServerScreen } from '../../../server/screen.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { OperationHistory } from './history.ts'
import { makeTraffic } from './traffic.ts'
import type { RecentOperations, Totals, TrafficProgress, TrafficReport } from './wire.ts'

/** How far the traffic is. */
const traffic = topic<TrafficProgress>('traffic')

const trafficRequest = object({
  seed: optional(pipe(number(), integer(), minValue(0))),
  steps: optional(pipe(number(), integer(), minValue(1), maxValue(2000))),
  pauseMs: optional(pipe(number(), integer(), minValue(0), maxValue(1000))),
})

class Activity {
  readonly #run = randomUUID().slice(0, 8)
  readonly #world: World
  readonly #history: OperationHistory
  readonly #statistics = collectStatistics()
  readonly #end = new AbortController()
  #since: number
  #traffic: Promise<unknown> | undefined

  constructor(world: World) {
    this.#world = world
    this.#history = new OperationHistory(world.live)
    this.#since = world.clock.now()
  }

  get recent(): RecentOperations {
    return { run: this.#run, operations: this.#history.operations }
  }

  get totals(): Totals {
    return { since: this.#since, ...this.#statistics.snapshot() }
  }

  resetTotals(): Totals {
    this.#statistics.reset()
    this.#since = this.#world.clock.now()
    return this.totals
  }

  /** One at a time: two would remove each other's objects. */
  async runTraffic(
    request: Parameters<typeof makeTraffic>[1],
    signal: AbortSignal,
  ): Promise<TrafficReport> {
    if (this.#traffic !== undefined) {
      const message = 'Some traffic is being made already; wait for its end, or stop it'
      throw new StorageError('CONFLICT', message)
    }
    const end = AbortSignal.any([signal, this.#end.signal])
    const tell = (progress: TrafficProgress): void => this.#world.live.publish(traffic, progress)
    const run = makeTraffic(this.#world, request, end, tell)
    this.#traffic = run
    try {
      return await run
    } finally {
      this.#traffic = undefined
    }
  }

  async close(): Promise<void> {
    this.#end.abort()
    await this.#traffic?.catch(() => undefined)
    this.#statistics.stop()
    this.#history.close()
  }
}

function routesOf(activity: Activity) {
  return new Hono()
    .get('/operations', (context) => context.json(activity.recent))
    .get('/totals', (context) => context.json(activity.totals))
    .post('/totals/reset', (context) => context.json(activity.resetTotals()))
    .post('/traffic', atMost(commandBytesMax), valid('json', trafficRequest), async (context) =>
      context.json(await activity.runTraffic(context.req.valid('json'), context.req.raw.signal)),
    )
}

/** For the typed client of the page. */
export type ActivityApi = ReturnType<typeof routesOf>

const screen: ServerScreen = {
  open(world: World): OpenScreen {
    const activity = new Activity(world)
    return { routes: routesOf(activity), close: () => activity.close() }
  },
}

export default screen
