/**
 * The migrations of this screen: one thing at a time is under way, and all that was begun is on the
 * disk.
 *
 * ```
 *              ┌── pause ◄──► resume
 * start ──► running ──► complete ──► run again: the same plan, everything is compared
 *              └─ stop, failure, kill -9 ─► stopped ──► go on, from the journal
 * ```
 *
 * Invariants: commands come one after the other; what is under way is written down before it begins
 * and when it ends; pages hear of it a few times a second, and what they get is bounded.
 */
import { join } from 'node:path'
import { StorageError, systemRandom } from '@aos-storage/core'
import { topic } from '../../../server/live.ts'
import { type Problem, problemOf } from '../../../server/problem.ts'
import type { World } from '../../../server/world.ts'
import { assertMeaningful, Moving, type MovingEnd } from './moving.ts'
import { pathText } from './place-text.ts'
import { type KeptRecord, Records } from './records.ts'
import { makeSample } from './sample-set.ts'
import { Stores } from './stores.ts'
import { busyError, secondBetween, type UnderWay } from './under-way.ts'
import type {
  MigrationNews,
  MigrationPlan,
  MigrationState,
  Place,
  Preview,
  SampleSettings,
  Second,
  ShownRecord,
  StoreRow,
  WholeMigration,
} from './wire.ts'

/** What happens on this screen. */
export const migrationTopic = topic<MigrationNews>('migration')

/** Of the data folder; the screen declares it. */
export const migrationFolder = 'migration'
const screenName = 'migration'
const tickMs = 250
const ticksOfASecond = 4
/** How far it is, is written down so often: for whom it is killed. */
const ticksBetweenNotes = 8
const keptSecondsMax = 600

type MigrationWorld = Pick<World, 'folder' | 'storage' | 'live' | 'clock' | 'notices'>

export class Migrations {
  readonly #world: MigrationWorld
  readonly #folder: string
  readonly #stores: Stores
  readonly #records: Records
  readonly #session = systemRandom.id()
  #underWay: UnderWay | undefined
  #seconds: Second[] = []
  #preview: Preview | undefined
  #sampleProblem: Problem | undefined
  #revision = 0
  #listRevision = 0
  readonly #closing = new AbortController()
  /** The command under way; the next one waits for it. At first: what is on the disk is read. */
  #turn: Promise<void>
  readonly #ready: Promise<void>

  constructor(world: MigrationWorld) {
    this.#world = world
    this.#folder = join(world.folder, migrationFolder)
    this.#stores = new Stores(this.#folder, world)
    this.#records = new Records(this.#folder)
    this.#ready = this.#records.read()
    // Told to whoever asks for something.
    this.#turn = this.#ready.catch(() => undefined)
  }

  async whole(): Promise<WholeMigration> {
    await this.#ready
    const records = this.#records.all.map((record) => this.#shown(record))
    return { state: this.#newState(), seconds: this.#seconds, records, folder: this.#folder }
  }

  /** @throws StorageError `ABORTED` when the app closes, and what a store says. */
  async stores(): Promise<readonly StoreRow[]> {
    return this.#stores.rows(this.#closing.signal)
  }

  /** Says what would be done; writes nothing. */
  preview(plan: MigrationPlan): Promise<MigrationState> {
    return this.#command(async () => {
      await assertMeaningful(plan)
      const source = await this.#stores.source(plan.from)
      const destination = await this.#stores.peek(plan.to)
      const { clock } = this.#world
      const moving = new Moving({ plan, source, destination, journal: undefined, clock })
      this.#preview = undefined
      this.#begin(moving)
    })
  }

  start(plan: MigrationPlan): Promise<MigrationState> {
    return this.#command(async () => {
      await assertMeaningful(plan)
      const { clock } = this.#world
      const startedAt = clock.now()
      await this.#run({
        ...{ format: 1, id: systemRandom.id(), session: this.#session, plan, startedAt },
        state: 'running',
      })
    })
  }

  /** From its journal; one that is complete is run again. */
  goOn(id: string): Promise<MigrationState> {
    return this.#command(async () => {
      const record = this.#records.get(id)
      if (!this.#canGoOn(record)) {
        throw new StorageError(
          'NOT_FOUND',
          'What was in memory ended with the playground that it ran in: begin a new migration',
        )
      }
      const { report: _report, problem: _problem, endedAt: _endedAt, ...kept } = record
      await this.#run({ ...kept, session: this.#session, state: 'running' }, record)
    })
  }

  makeSample(settings: SampleSettings): Promise<MigrationState> {
    return this.#command(async () => {
      this.#sampleProblem = undefined
      // It was of other samples, and is not told again and again meanwhile.
      this.#preview = undefined
      const backend = await this.#stores.newSample()
      const stop = new AbortController()
      let objectsDone = 0
      const isMade = makeSample(settings, backend, stop.signal, () => (objectsDone += 1))
      const ended = isMade.then(
        () => undefined,
        (error: unknown) => {
          if (!stop.signal.aborted) this.#sampleProblem = problemOf(error, screenName).problem
        },
      )
      const objectsTotal = settings.objects
      const isStopping = (): boolean => stop.signal.aborted
      this.#underWay = {
        work: () => ({ kind: 'sample', objectsDone, objectsTotal, isStopping: isStopping() }),
        stop: () => stop.abort(),
        over: this.#follow(ended, () => backend.close()),
      }
    })
  }

  /** Of a migration. @throws StorageError `CONFLICT` where none runs. */
  async pause(): Promise<MigrationState> {
    this.#moving.pause()
    this.#notice(this.#moving)
    return this.#tell()
  }

  async resume(): Promise<MigrationState> {
    this.#moving.resume()
    this.#notice(this.#moving)
    return this.#tell()
  }

  /** Ends what is under way, and waits for it. Nothing happens where nothing is. */
  async stop(): Promise<MigrationState> {
    const { stop, over } = this.#underWay ?? {}
    stop?.()
    this.#tell()
    await over
    return this.#tell()
  }

  /** Forgets a migration, and what it could go on from. Its copies stay. */
  forget(id: string): Promise<MigrationState> {
    return this.#command(async () => {
      await this.#records.remove(this.#records.get(id).id)
      this.#listRevision += 1
    })
  }

  /** Deletes a store of this screen with all that is in it. */
  removeStore(place: Place): Promise<MigrationState> {
    return this.#command(async () => {
      await this.#stores.remove(place)
      this.#preview = undefined
      this.#listRevision += 1
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#turn
    this.#underWay?.stop()
    await this.#underWay?.over
    this.#world.notices.set(screenName, undefined)
    await this.#stores.close()
  }

  /** One after the other, and only while nothing is under way. */
  async #command(act: () => Promise<void>): Promise<MigrationState> {
    await this.#ready
    const acted = this.#turn.then(async () => {
      if (this.#closing.signal.aborted) throw new StorageError('CLOSED', 'The screen is closed')
      if (this.#underWay !== undefined) throw busyError(this.#underWay.work())
      await act()
      return this.#tell()
    })
    this.#turn = acted.then(
      () => undefined,
      () => undefined,
    )
    return acted
  }

  /** Runs a record, which is on the disk before its journal. */
  async #run(record: KeptRecord, before?: KeptRecord): Promise<void> {
    const { plan, id } = record
    const source = await this.#stores.source(plan.from)
    const destination = await this.#stores.destination(plan.to)
    if (before === undefined) await this.#records.makeRoom()
    await this.#records.save(record)
    const journal = this.#records.journalOf(id)
    let moving: Moving
    try {
      moving = new Moving({ plan, source, destination, journal, clock: this.#world.clock })
    } catch (error) {
      // Refused as it is: nothing of it was begun.
      await (before === undefined ? this.#records.remove(id) : this.#records.save(before))
      throw error
    }
    this.#preview = undefined
    this.#begin(moving, record)
  }

  #begin(moving: Moving, record?: KeptRecord): void {
    const kind = record === undefined ? 'preview' : 'migration'
    const { plan } = moving
    this.#seconds = []
    this.#listRevision += 1
    this.#underWay = {
      ...{ moving, record, stop: () => moving.stop() },
      work: () => ({
        ...{ kind, plan, progress: moving.progress, isStopping: moving.isStopping },
        ...(record === undefined ? {} : { id: record.id }),
      }),
      over: this.#follow(moving.ended, async () => {
        const end = await moving.ended
        if (record === undefined) this.#previewed(plan, end)
        else await this.#note(record, moving, { ...end, endedAt: this.#world.clock.now() })
      }),
    }
    if (record !== undefined) this.#notice(moving)
  }

  #previewed(plan: MigrationPlan, { state, report, problem }: MovingEnd): void {
    const isStopped = state === 'stopped' && problem === undefined
    this.#preview = isStopped ? undefined : { plan, report, problem }
  }

  /** Tells and notes until the work has ended. Never rejects. */
  async #follow(ended: Promise<unknown>, onEnd: () => Promise<void>): Promise<void> {
    const ticking = new AbortController()
    // Begins when what is under way is known as such.
    const ticks = Promise.resolve().then(() => this.#tick(ticking.signal))
    await ended
    ticking.abort()
    await ticks
    // A store that does not close has told what it had to tell before.
    await onEnd().catch(() => undefined)
    this.#underWay = undefined
    this.#listRevision += 1
    this.#world.notices.set(screenName, undefined)
    this.#tell()
  }

  /** Never rejects. */
  async #tick(signal: AbortSignal): Promise<void> {
    const { clock, live } = this.#world
    let before = this.#underWay?.moving?.progress
    for (let tick = 1; ; tick++) {
      await clock.sleep(tickMs, signal).catch(() => undefined)
      if (signal.aborted) return
      const { moving, record } = this.#underWay ?? {}
      const now = moving?.progress
      let second: Second | undefined
      if (now !== undefined && before !== undefined && tick % ticksOfASecond === 0) {
        second = secondBetween(before, now, clock.now())
        before = now
        this.#seconds.push(second)
        if (this.#seconds.length > keptSecondsMax) this.#seconds.shift()
      }
      if (live.isWatched) this.#tell(second)
      if (record === undefined || moving === undefined || tick % ticksBetweenNotes !== 0) continue
      await this.#note(record, moving, { state: 'running' })
    }
  }

  /**
   * Never rejects. What a full disk keeps from being written down is known as long as this lives;
   * after that the record stands as one that was cut short, and goes on from its journal.
   */
  async #note(record: KeptRecord, moving: Moving, now: Partial<KeptRecord>): Promise<void> {
    const { objectsDone, objectsTotal, isTotalKnown, bytesDone } = moving.progress
    const reached = { objectsDone, objectsTotal, isTotalKnown, bytesDone }
    await this.#records.save({ ...record, ...now, reached }).catch(() => undefined)
  }

  get #moving(): Moving {
    const { moving, record } = this.#underWay ?? {}
    if (moving !== undefined && record !== undefined) return moving
    throw new StorageError('CONFLICT', 'No migration runs')
  }

  #notice({ plan, progress }: Moving): void {
    const [what, how] = [pathText(plan), progress.isPaused ? 'is paused' : 'runs']
    this.#world.notices.set(screenName, `A migration ${how}: ${what}`)
  }

  #canGoOn({ plan, session }: KeptRecord): boolean {
    const usesMemory = plan.from.kind === 'memory' || plan.to.kind === 'memory'
    return !usesMemory || session === this.#session
  }

  #shown(record: KeptRecord): ShownRecord {
    const { format: _format, session: _session, ...shown } = record
    return { ...shown, canGoOn: this.#canGoOn(record) }
  }

  #newState(): MigrationState {
    return {
      ...{ work: this.#underWay?.work(), preview: this.#preview },
      ...{ sampleProblem: this.#sampleProblem, listRevision: this.#listRevision },
      revision: (this.#revision += 1),
    }
  }

  #tell(second?: Second): MigrationState {
    const state = this.#newState()
    this.#world.live.publish(migrationTopic, { state, second })
    return state
  }
}
