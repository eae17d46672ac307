/**
 * The lab: a store of its own, faults around it, layers around those, and traffic through all.
 *
 * ```
 * load ──► program meters ──► layers ──► store meters ──► connection ──► faults ──► files
 *                               │ fallback
 *                               └────────► spare, in memory
 * ```
 *
 * Invariants: bounded, and nothing runs for nobody. The traffic ends when no page looks for
 * {@link unwatchedSecondsMax}; changes come one after the other, and each is whole; what is under
 * way when the stack is built anew ends on the old one.
 */
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import {
  applyLayers,
  isStorageError,
  MemoryStorageBackend,
  stackOf,
  type StorageBackend,
  StorageError,
} from '@aos-storage/core'
import { collect } from '@aos-storage/core/backend'
import { type FaultInjector, faults as injectFaults } from '@aos-storage/core/testing'
import { topic } from '../../../server/live.ts'
import type { World } from '../../../server/world.ts'
import { connection, faultsText, rulesOf } from './faults.ts'
import { Gauge } from './gauge.ts'
import { Load, type StepCounts, type Target } from './load.ts'
import { loadAtFirst, noFaults, noLayers, presets } from './presets.ts'
import { formLayersOf, formOf, layersOf, rowsOf } from './stack.ts'
import type {
  FaultSettings,
  LabNews,
  LabState,
  LayerSettings,
  LoadSettings,
  PresetRequest,
  Second,
  Totals,
  WholeLab,
} from './wire.ts'

/** What happens in the lab. */
export const labTopic = topic<LabNews>('operations-lab')

/** Of the data folder; the screen declares it. */
export const labFolder = 'operations'
const screenName = 'operations'
const secondMs = 1000
const keptSecondsMax = 300
/** Traffic that nobody sees ends. */
export const unwatchedSecondsMax = 60
/** More than the keys of one form: what the spare begins with. */
const copiedMax = 200

type LabWorld = Pick<World, 'folder' | 'live' | 'clock' | 'notices'>

/** All that can be turned. */
interface Settings {
  readonly load: LoadSettings
  readonly faults: FaultSettings
  readonly layers: LayerSettings
}

export class Lab {
  readonly #world: LabWorld
  readonly #files: StorageBackend
  #program!: Gauge
  #store!: Gauge
  readonly #seconds: Second[] = []
  #settings: Settings = { load: loadAtFirst, faults: noFaults, layers: noLayers }
  #preset: PresetRequest | undefined = { name: 'fine', isProtected: false }
  #injector!: FaultInjector
  #backend!: StorageBackend
  #spare = new MemoryStorageBackend()
  #load: Load | undefined
  readonly #counts: StepCounts = { damaged: 0, leftOut: 0 }
  #ticking = new AbortController()
  #outage: { readonly endsAt: number; readonly cancel: AbortController } | undefined
  #since: number
  #revision = 0
  #isClosed = false
  /** The change under way; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(world: LabWorld) {
    const { clock, folder } = world
    this.#world = world
    const basePath = join(folder, labFolder)
    this.#files = new FileStorageBackend({ basePath, durability: 'none', clock })
    this.#since = clock.now()
    this.#build(this.#spare)
  }

  get whole(): WholeLab {
    return { state: this.#newState(), seconds: this.#seconds }
  }

  #newState(): LabState {
    return {
      ...this.#settings,
      ...{ isRunning: this.#load !== undefined, preset: this.#preset },
      outageEndsAt: this.#outage?.endsAt,
      ...{ totals: this.#totals, stack: rowsOf(stackOf(this.#backend)) },
      revision: (this.#revision += 1),
    }
  }

  /** Begins anew with the same seeds: the same steps meet the same faults. */
  start(load: LoadSettings): Promise<LabState> {
    return this.#change(async () => {
      await this.#stopLoad()
      this.#settings = { ...this.#settings, load }
      await this.#rebuild()
      this.#startLoad()
    })
  }

  stop(): Promise<LabState> {
    return this.#change(() => this.#stopLoad())
  }

  /** How much traffic; the steps go on where they are. Another seed counts from the next start. */
  setLoad(load: LoadSettings): Promise<LabState> {
    return this.#change(async () => {
      this.#settings = { ...this.#settings, load }
      if (this.#load !== undefined) this.#load.settings = load
    })
  }

  setFaults(faults: FaultSettings): Promise<LabState> {
    return this.#change(async () => {
      const isOtherSeed = faults.seed !== this.#settings.faults.seed
      this.#preset = undefined
      this.#setFaults(faults)
      if (isOtherSeed) await this.#rebuild()
      this.#resetTotals()
    })
  }

  endFaults(): Promise<LabState> {
    const { seed } = this.#settings.faults
    return this.setFaults({ ...noFaults, seed })
  }

  setLayers(layers: LayerSettings): Promise<LabState> {
    return this.#change(async () => {
      this.#preset = undefined
      this.#settings = { ...this.#settings, layers }
      await this.#rebuild()
    })
  }

  /** Also starts the traffic: one click shows something. */
  choose(preset: PresetRequest): Promise<LabState> {
    return this.#change(async () => {
      const { load, faults, layers } = presets[preset.name]
      const { seed } = this.#settings.load
      this.#preset = preset
      this.#settings = {
        ...this.#settings,
        load: { ...load, seed },
        layers: preset.isProtected ? layers : noLayers,
      }
      this.#cancelOutage()
      this.#setFaults({ ...faults, seed: this.#settings.faults.seed })
      await this.#rebuild()
      if (this.#load === undefined) this.#startLoad()
      else this.#load.settings = this.#settings.load
    })
  }

  resetTotals(): Promise<LabState> {
    return this.#change(async () => this.#resetTotals())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelOutage()
    await this.#turn
    await this.#stopLoad()
    this.#injector.clear()
    this.#world.notices.set(screenName, undefined)
    await this.#backend.close()
    await this.#spare.close()
  }

  get #totals(): Totals {
    return {
      ...{ since: this.#since, program: this.#program.totals, store: this.#store.totals },
      ...this.#counts,
    }
  }

  /** One after the other; the pages hear of each. @throws StorageError `CLOSED` */
  async #change(change: () => Promise<void>): Promise<LabState> {
    const changed = this.#turn.then(async () => {
      if (this.#isClosed) throw new StorageError('CLOSED', 'The lab is closed')
      await change()
      return this.#tell()
    })
    this.#turn = changed.catch(() => undefined)
    return changed
  }

  #tell(second?: Second): LabState {
    const state = this.#newState()
    this.#world.live.publish(labTopic, { state, second })
    return state
  }

  #resetTotals(): void {
    this.#program.reset()
    this.#store.reset()
    this.#counts.damaged = this.#counts.leftOut = 0
    this.#since = this.#world.clock.now()
  }

  /** A stack of new layers, and a spare that holds what a replica would. */
  async #rebuild(): Promise<void> {
    const spare = new MemoryStorageBackend()
    if (this.#settings.layers.fallback.isOn) await this.#copyTo(spare)
    this.#build(spare)
    this.#resetTotals()
  }

  #build(spare: MemoryStorageBackend): void {
    const { clock } = this.#world
    const { faults, layers, load } = this.#settings
    // New ones: what ends on the old stack is counted there, and says nothing of this one.
    this.#program = new Gauge('program', clock)
    this.#store = new Gauge('store', clock)
    this.#injector = injectFaults({ seed: faults.seed, clock, rules: rulesOf(faults) })
    this.#backend = applyLayers(this.#files, [
      ...this.#program.layers,
      ...layersOf(layers, { clock, spare, seed: load.seed }),
      ...this.#store.layers,
      connection(),
      this.#injector,
    ])
    this.#spare = spare
  }

  get #prefix(): string {
    return `${formOf(this.#settings.layers)}/`
  }

  async #copyTo(spare: StorageBackend): Promise<void> {
    const source = applyLayers(this.#files, formLayersOf(this.#settings.layers))
    const copy = async (key: string): Promise<void> => {
      const { body, info } = await source.read(key)
      await spare.write(key, await collect(body), { contentType: info.contentType })
    }
    // The traffic goes on meanwhile: an object may be gone by now. A replica may lag behind.
    const leave = (error: unknown): void => {
      if (!isStorageError(error)) throw error
    }
    const page = await source.list({ prefix: this.#prefix, limit: copiedMax }).catch(leave)
    for (const { key } of page?.objects ?? []) await copy(key).catch(leave)
  }

  #setFaults(faults: FaultSettings): void {
    const before = this.#settings.faults
    this.#settings = { ...this.#settings, faults }
    this.#injector.clear()
    for (const rule of rulesOf(faults)) this.#injector.add(rule)
    const text = faultsText(faults)
    this.#world.notices.set(screenName, text === '' ? undefined : `Faults in the lab: ${text}`)
    const isSame =
      faults.isOutage === before.isOutage && faults.outageSeconds === before.outageSeconds
    if (isSame && this.#outage !== undefined) return
    this.#cancelOutage()
    if (faults.isOutage && faults.outageSeconds > 0) this.#endOutageIn(faults.outageSeconds)
  }

  #endOutageIn(seconds: number): void {
    const { clock } = this.#world
    const cancel = new AbortController()
    this.#outage = { endsAt: clock.now() + seconds * secondMs, cancel }
    const over = clock.sleep(seconds * secondMs, cancel.signal).then(() =>
      this.#change(async () => {
        if (cancel.signal.aborted) return
        this.#setFaults({ ...this.#settings.faults, isOutage: false })
      }),
    )
    // Cancelled, or the lab is closed.
    over.catch(() => undefined)
  }

  #cancelOutage(): void {
    this.#outage?.cancel.abort()
    this.#outage = undefined
  }

  #startLoad(): void {
    const { clock } = this.#world
    this.#resetTotals()
    const target = (): Target => ({ backend: this.#backend, prefix: this.#prefix })
    this.#load = new Load(this.#settings.load, clock, this.#counts, target)
    this.#ticking = new AbortController()
    void this.#tick(this.#ticking.signal)
  }

  async #stopLoad(): Promise<void> {
    this.#ticking.abort()
    const load = this.#load
    await load?.stop()
    this.#load = undefined
  }

  /** Never rejects. */
  async #tick(signal: AbortSignal): Promise<void> {
    const { clock, live } = this.#world
    let unwatchedSeconds = 0
    // What came before the start is of no second.
    this.#program.takeSecond()
    this.#store.takeSecond()
    for (;;) {
      await clock.sleep(secondMs, signal).catch(() => undefined)
      if (signal.aborted) return
      const second = {
        ...{ at: clock.now(), program: this.#program.takeSecond() },
        store: this.#store.takeSecond(),
      }
      this.#seconds.push(second)
      if (this.#seconds.length > keptSecondsMax) this.#seconds.shift()
      unwatchedSeconds = live.isWatched ? 0 : unwatchedSeconds + 1
      if (live.isWatched) this.#tell(second)
      else if (unwatchedSeconds >= unwatchedSecondsMax) {
        await this.stop().catch(() => undefined)
        return
      }
    }
  }
}
