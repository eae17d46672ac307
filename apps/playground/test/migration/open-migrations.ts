/** The migrations of a data folder, which may be opened again on it, as after a restart. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import type { StorageBackend } from '@aos-storage/core'
import { collect } from '@aos-storage/core/backend'
import { vi } from 'vitest'
import { migrationFolder, Migrations } from '../../src/screens/migration/server/migrations.ts'
import type {
  MigrationPlan,
  MigrationState,
  ShownRecord,
} from '../../src/screens/migration/server/wire.ts'
import { openWorld, type World } from '../../src/server/world.ts'

export const toCopy: MigrationPlan = {
  ...{ from: { kind: 'sample' }, to: { kind: 'folder', name: 'copy' }, include: [], exclude: [] },
  ...{ mapFrom: '', mapTo: '', existing: 'fail', compare: 'origin', verify: 'read-back' },
  ...{ deleteSource: false, concurrency: 8, requestsPerSecond: 0, faultPercent: 0 },
}

const soon = { timeout: 60_000, interval: 20 }

export class OpenMigrations implements AsyncDisposable {
  readonly folder: string
  world!: World
  migrations!: Migrations

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<OpenMigrations> {
    const opened = new OpenMigrations(await mkdtemp(join(tmpdir(), 'aos-migration-')))
    await opened.#open()
    return opened
  }

  async #open(): Promise<void> {
    this.world = await openWorld(this.folder)
    this.migrations = new Migrations(this.world)
  }

  async #close(): Promise<void> {
    await this.migrations.close()
    await this.world.close()
  }

  /** As the playground is stopped and started. */
  async restart(): Promise<void> {
    await this.#close()
    await this.#open()
  }

  get state(): Promise<MigrationState> {
    return this.migrations.whole().then(({ state }) => state)
  }

  /** The newest. */
  get record(): Promise<ShownRecord> {
    return this.migrations.whole().then(({ records }) => records[0]!)
  }

  async atRest(): Promise<void> {
    await vi.waitUntil(async () => (await this.state).work === undefined, soon)
  }

  async makeSample(objects: number, bytes = 200): Promise<void> {
    await this.migrations.makeSample({ objects, bytes })
    await this.atRest()
  }

  /** Objects that the migration has settled. */
  async done(): Promise<number> {
    const { work } = await this.state
    return work === undefined || work.kind === 'sample' ? 0 : work.progress.objectsDone
  }

  /** Waits until so many are settled. */
  async untilDone(objects: number): Promise<void> {
    await vi.waitUntil(async () => (await this.done()) >= objects, soon)
  }

  async run(part: Partial<MigrationPlan> = {}): Promise<ShownRecord> {
    await this.migrations.start({ ...toCopy, ...part })
    await this.atRest()
    return this.record
  }

  /** Keys, bodies and types of a folder of this screen. */
  async contentOf(...path: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const basePath = join(this.folder, migrationFolder, ...path)
    const backend = new FileStorageBackend({ basePath })
    try {
      return await contentOf(backend)
    } finally {
      await backend.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export async function contentOf(backend: StorageBackend): Promise<ReadonlyMap<string, string>> {
  const content = new Map<string, string>()
  let cursor: string | undefined
  do {
    const page = await backend.list({ cursor })
    for (const { key } of page.objects) {
      const { body, info } = await backend.read(key)
      const text = Buffer.from(await collect(body)).toString('base64')
      content.set(key, `${info.contentType} ${info.metadata['owner'] ?? ''} ${text}`)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return content
}
