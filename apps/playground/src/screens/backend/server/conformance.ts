/**
 * Runs of the conformance kit, told as they go.
 *
 *     start ──► running ──► ended
 *                  │  └───► broken       the process died
 *                  └─ cancelling ──► cancelled
 *
 * Invariant: one run at a time, and its folder is gone before it is said to be over.
 */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { StorageError } from '@aos-storage/core'
import { chooseSeed, conformanceCases } from '@aos-storage/core/testing'
import { topic } from '../../../server/live.ts'
import { accountVariable } from '../../../server/azure.ts'
import { deleteContainer } from '../../../server/azure-containers.ts'
import type { World } from '../../../server/world.ts'
import { makeRunFolder, removeRunFolder } from './conformance-folder.ts'
import { runContainer } from './conformance-harness.ts'
import { ConformanceProcess } from './conformance-process.ts'
import type {
  ConformanceEvent,
  ConformanceRequest,
  ConformanceRun,
  ConformanceState,
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
  readonly #world: Pick<World, 'folder' | 'live' | 'clock' | 'place'>
  #run: ConformanceRun | null = null
  #process: ConformanceProcess | undefined
  /** Of the run that is under way: until its folder is gone. */
  #isOver: Promise<void> | undefined

  constructor(world: Pick<World, 'folder' | 'live' | 'clock' | 'place'>) {
    this.#world = world
  }

  get state(): ConformanceState {
    return { groups, run: this.#run }
  }

  /** @throws StorageError `CONFLICT` while a run is under way. */
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
    const account = target === 'azure' ? this.#account() : undefined
    const over = Promise.withResolvers<void>()
    this.#isOver = over.promise
    try {
      const folder = await makeRunFolder(this.#world.folder)
      const parts = { target, durability, group, seed }
      const run: ConformanceRun = {
        ...{ id: randomUUID(), ...parts, startedAt: this.#world.clock.now() },
        ...{ status: 'running', cases, outcomes: [] },
      }
      const onOutcome = (outcome: RunOutcome): void => this.#add(outcome)
      this.#run = run
      const env = account === undefined ? {} : { [accountVariable]: account }
      const request = { ...parts, folder }
      this.#process = new ConformanceProcess(request, this.#world.clock, onOutcome, env)
      this.#world.live.publish(conformance, { kind: 'started', run })
      void this.#finish(this.#process, folder, account).finally(() => {
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
    this.#process?.kill()
    await this.#isOver
  }

  /** @throws StorageError `UNSUPPORTED` where the playground is not on Azure. */
  #account(): string {
    const { place } = this.#world
    const account =
      place.storageType === 'azure'
        ? (place.connectionString ?? process.env[accountVariable])
        : undefined
    if (account !== undefined) return account
    throw new StorageError('UNSUPPORTED', 'Start the playground with --azure to run the kit there')
  }

  async #finish(
    process: ConformanceProcess,
    folder: string,
    account: string | undefined,
  ): Promise<void> {
    const { isComplete, complaint } = await process.ended
    this.#process = undefined
    const failure = await removeRun(folder, account).then(
      () => undefined,
      (error: Error) => `The folder of the run is left: ${error.message}`,
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
    const run = this.#run!
    this.#run = { ...run, ...change }
    this.#world.live.publish(conformance, { kind: 'changed', run: run.id, ...change })
  }
}

/** Removes what the stores of a run were in. */
async function removeRun(folder: string, account: string | undefined): Promise<void> {
  await removeRunFolder(folder)
  if (account !== undefined) await deleteContainer(account, runContainer(basename(folder)))
}
