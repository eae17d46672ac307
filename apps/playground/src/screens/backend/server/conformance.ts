/**
 * Runs of the conformance kit, told as they go.
 *
 *     start ──► running ──► ended
 *                  │  └───► broken       the process died
 *                  └─ cancelling ──► cancelled
 *
 * Invariant: one run at a time, and what its stores were in is gone before it is said to be over.
 * Of each target the last run that is over is kept.
 */
import { randomUUID } from 'node:crypto'
import { StorageError } from '@aos-storage/core'
import { chooseSeed, conformanceCases } from '@aos-storage/core/testing'
import { topic } from '../../../server/live.ts'
import type { World } from '../../../server/world.ts'
import type { Companions } from './companions.ts'
import { ConformanceProcess } from './conformance-process.ts'
import { makeRunPlace, type RunPlace } from './run-place.ts'
import type {
  ConformanceEvent,
  ConformanceRequest,
  ConformanceRun,
  ConformanceState,
  ConformanceTarget,
  RunCase,
  RunOutcome,
} from './wire.ts'

/** What happens in the run that is under way. */
const conformance = topic<ConformanceEvent>('conformance')

const allCases: readonly RunCase[] = conformanceCases.map(({ id, group, title }) => ({
  id,
  group,
  title,
}))

const groups: ConformanceState['groups'] = [
  ...Map.groupBy(allCases, ({ group }) => group).entries(),
].map(([name, cases]) => ({ name, cases: cases.length }))

export class ConformanceDesk {
  readonly #world: Pick<World, 'folder' | 'live' | 'clock'>
  readonly #companions: Companions
  readonly #lastRuns = new Map<ConformanceTarget, ConformanceRun>()
  #run: ConformanceRun | null = null
  #process: ConformanceProcess | undefined
  /** Of the run that is under way: until what its stores were in is gone. */
  #isOver: Promise<void> | undefined
  #isClosed = false

  constructor(world: Pick<World, 'folder' | 'live' | 'clock'>, companions: Companions) {
    this.#world = world
    this.#companions = companions
  }

  get state(): ConformanceState {
    return { groups, run: this.#run }
  }

  /** Those that are over: of each target the last. */
  get lastRuns(): readonly ConformanceRun[] {
    return [...this.#lastRuns.values()]
  }

  /**
   * @throws StorageError `CONFLICT` while a run is under way, `UNSUPPORTED` where there is no
   * server of that kind.
   */
  async start(request: ConformanceRequest): Promise<ConformanceRun> {
    if (this.#isOver !== undefined) {
      throw new StorageError('CONFLICT', 'A run is under way; wait for its end, or cancel it')
    }
    const { target, durability = 'fsync', group, seed = chooseSeed() } = request
    const cases = allCases.filter((each) => group === undefined || each.group === group)
    if (cases.length === 0) {
      const known = groups.map(({ name }) => name).join(', ')
      throw new StorageError('INVALID_ARGUMENT', `There is no group ${group}; take one of ${known}`)
    }
    const over = Promise.withResolvers<void>()
    this.#isOver = over.promise
    try {
      const place = await makeRunPlace(target, this.#world.folder, this.#companions)
      if (this.#isClosed) {
        await place.remove()
        throw new StorageError('CLOSED', 'The server is stopping')
      }
      const parts = { target, durability, group, seed }
      const run: ConformanceRun = {
        ...{ id: randomUUID(), ...parts, startedAt: this.#world.clock.now() },
        ...{ status: 'running', cases, outcomes: [] },
      }
      const onOutcome = (outcome: RunOutcome): void => this.#add(outcome)
      this.#run = run
      const request = { ...parts, folder: place.folder }
      this.#process = new ConformanceProcess(request, this.#world.clock, onOutcome, place.env)
      this.#world.live.publish(conformance, { kind: 'started', run })
      void this.#finish(this.#process, place).finally(() => {
        this.#isOver = undefined
        over.resolve()
      })
      return run
    } catch (error) {
      this.#isOver = undefined
      over.resolve()
      throw error
    }
  }

  /** Ends the run that is under way, if any; resolves when it is over. */
  async cancel(): Promise<ConformanceRun | null> {
    if (this.#run?.status === 'running') this.#change({ status: 'cancelling' })
    await Promise.all([this.#process?.cancel(), this.#isOver])
    return this.#run
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#process?.kill()
    await this.#isOver
  }

  async #finish(process: ConformanceProcess, place: RunPlace): Promise<void> {
    const { isComplete, complaint } = await process.ended
    this.#process = undefined
    const failure = await place.remove().then(
      () => undefined,
      (error: Error) => `What the stores of the run were in is left: ${error.message}`,
    )
    const endedAt = this.#world.clock.now()
    if (this.#run?.status === 'cancelling') {
      this.#change({ status: 'cancelled', endedAt, problem: failure })
    } else if (isComplete) {
      this.#change({ status: 'ended', endedAt, problem: failure })
    } else {
      const problem = complaint === '' ? 'The process that ran the kit was killed.' : complaint
      this.#change({ status: 'broken', endedAt, problem })
    }
  }

  #add(outcome: RunOutcome): void {
    const run = this.#run!
    this.#run = { ...run, outcomes: [...run.outcomes, outcome] }
    this.#world.live.publish(conformance, { kind: 'case', run: run.id, outcome })
  }

  #change(change: Pick<ConformanceRun, 'status' | 'endedAt' | 'problem'>): void {
    const run = { ...this.#run!, ...change }
    this.#run = run
    if (run.status !== 'running' && run.status !== 'cancelling') {
      this.#lastRuns.set(run.target, run)
    }
    this.#world.live.publish(conformance, { kind: 'changed', run: run.id, ...change })
  }
}
