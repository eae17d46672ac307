/** Backends side by side: what each claims, and how the conformance kit went on it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { type Capabilities, MemoryStorageBackend } from '@aos-storage/core'
import { topic } from '../../../server/live.ts'
import type { World } from '../../../server/world.ts'
import type { Companion, Companions } from './companions.ts'
import type { ConformanceDesk } from './conformance.ts'
import type { Opening } from './opening.ts'
import type { Column, Comparison, ConformanceTarget } from './wire.ts'

/** A column changed: to be read again. */
const comparison = topic<{ readonly target: ConformanceTarget }>('comparison')

export class ComparisonDesk {
  readonly #world: Pick<World, 'place' | 'bare' | 'live'>
  readonly #companions: Companions
  readonly #desk: Pick<ConformanceDesk, 'lastRuns'>
  #files: Promise<Capabilities> | undefined

  constructor(
    world: Pick<World, 'place' | 'bare' | 'live'>,
    companions: Companions,
    desk: Pick<ConformanceDesk, 'lastRuns'>,
  ) {
    this.#world = world
    this.#companions = companions
    this.#desk = desk
  }

  /** Starts no server. */
  async state(): Promise<Comparison> {
    const { place } = this.#world
    // The playground's own server is there already.
    if (place.storageType === 'azure' || place.storageType === 's3') {
      await this.#companions[place.storageType].open()
    }
    const { azure, s3, given } = this.#companions
    return {
      columns: [
        this.#local('memory', 'in the process', new MemoryStorageBackend().capabilities),
        await this.#fileColumn(),
        this.#remote('azure', azure, given.azure),
        this.#remote('s3', s3, given.s3),
      ],
      runs: this.#desk.lastRuns,
    }
  }

  /** Starts the server of a column, or connects to it, and asks what it can do. */
  async open(target: 'azure' | 's3'): Promise<Comparison> {
    const opening = this.#companions[target].open()
    this.#world.live.publish(comparison, { target })
    try {
      await opening
    } finally {
      this.#world.live.publish(comparison, { target })
    }
    return this.state()
  }

  #local(target: 'memory' | 'file', place: string, capabilities: Capabilities): Column {
    const isOwn = target === this.#world.place.storageType
    return { target, isOwn, place, state: 'open', isGiven: false, capabilities }
  }

  async #fileColumn(): Promise<Column> {
    const { place, bare } = this.#world
    if (place.storageType === 'file') return this.#local('file', place.basePath, bare)
    this.#files ??= fileCapabilities()
    return this.#local('file', 'a folder', await this.#files)
  }

  #remote(target: 'azure' | 's3', opening: Opening<Companion<unknown>>, isGiven: boolean): Column {
    const { state, opened } = opening
    const isOwn = target === this.#world.place.storageType
    const capabilities = opened?.capabilities ?? null
    return { target, isOwn, place: opened?.place, state, isGiven, capabilities }
  }
}

/** A store of files makes its folder, so that it is given one for this. */
async function fileCapabilities(): Promise<Capabilities> {
  const basePath = await mkdtemp(join(tmpdir(), 'aos-playground-'))
  try {
    const backend = new FileStorageBackend({ basePath })
    await backend.close()
    return backend.capabilities
  } finally {
    await rm(basePath, { recursive: true, force: true })
  }
}
