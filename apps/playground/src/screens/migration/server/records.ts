/**
 * What was begun, on the disk: a file and a journal for each migration.
 *
 *     runs/ID.json       what was asked for, and what became of it; replaced as a whole
 *     runs/ID.journal    of the core; it is what a migration goes on from
 *
 * Invariants: bounded, {@link recordsMax}; one that runs is on the disk before its journal begins,
 * so that one that was killed is found, as `running` by nobody: it was stopped.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '@aos-storage/core'
import { safeParse } from 'valibot'
import { recordsMax } from './limits.ts'
import { migrationPlan, recordId } from './requests.ts'
import type { MigrationRecord } from './wire.ts'

/** As it stands on the disk. */
export interface KeptRecord extends MigrationRecord {
  readonly format: 1
  /** The playground's life in which it ran last: what was in memory ended with that. */
  readonly session: string
}

export class Records {
  readonly #folder: string
  readonly #records = new Map<string, KeptRecord>()

  /** @param folder Of this screen. */
  constructor(folder: string) {
    this.#folder = join(folder, 'runs')
  }

  /** Reads what is there. What no playground wrote is left alone. */
  async read(): Promise<void> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    for (const name of names) {
      const id = name.endsWith('.json') ? name.slice(0, -'.json'.length) : ''
      if (!recordId.test(id)) continue
      const record = parsed(await readFile(this.#pathOf(id, 'json'), 'utf8'))
      if (record?.id === id) this.#records.set(id, record)
    }
  }

  /** The newest first. */
  get all(): readonly KeptRecord[] {
    return [...this.#records.values()].toSorted((a, b) => b.startedAt - a.startedAt)
  }

  /** @throws StorageError `NOT_FOUND` */
  get(id: string): KeptRecord {
    const record = this.#records.get(id)
    if (record === undefined) throw new StorageError('NOT_FOUND', 'There is no such migration')
    return record
  }

  /** @throws StorageError `QUOTA_EXCEEDED` where all wait to go on. */
  async makeRoom(): Promise<void> {
    while (this.#records.size >= recordsMax) {
      const oldest = this.all.findLast(({ state }) => state === 'complete')
      if (oldest === undefined) {
        const message = `${recordsMax} migrations wait to go on: let one go on, or forget one`
        throw new StorageError('QUOTA_EXCEEDED', message)
      }
      await this.remove(oldest.id)
    }
  }

  /** In one step: who reads finds the one before or this one. */
  async save(record: KeptRecord): Promise<void> {
    this.#records.set(record.id, record)
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#pathOf(record.id, 'json')
    await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  /** Its copies stay. */
  async remove(id: string): Promise<void> {
    this.#records.delete(id)
    for (const end of ['json', 'json.new', 'journal', 'journal.lock']) {
      await rm(this.#pathOf(id, end), { force: true })
    }
  }

  journalOf(id: string): string {
    return this.#pathOf(id, 'journal')
  }

  #pathOf(id: string, end: string): string {
    if (!recordId.test(id)) throw new TypeError('The id of a record is one that was given')
    return join(this.#folder, `${id}.${end}`)
  }
}

/** Undefined for what no playground wrote, or one that knew more. */
function parsed(text: string): KeptRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<KeptRecord> | null
    if (record?.format !== 1 || typeof record.startedAt !== 'number') return undefined
    if (!safeParse(migrationPlan, record.plan).success) return undefined
    const kept = record as KeptRecord
    return { ...kept, state: kept.state === 'running' ? 'stopped' : kept.state }
  } catch {
    return undefined
  }
}
