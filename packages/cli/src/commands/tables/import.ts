/**
 * `aos-storage tables import`: entities one a line. Some at once, in constant memory; of one pair
 * of keys the last line wins. A line that fails is told, and the others go on.
 */
import type { Entity, TableStore } from '@aos-storage/core'
import { isStorageError } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { entityFromJson } from '../../entity-json.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure, usageError } from '../../failure.ts'
import { inOrder } from '../../in-order.ts'
import { inputOf, linesOf } from '../../input.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { formatCount } from '../../output/amounts.ts'
import { printable } from '../../output/printable.ts'
import { putEntity, type PutMode } from './put.ts'

interface ImportOptions {
  readonly mode: PutMode
  readonly concurrency: number
  readonly create?: boolean
  readonly dryRun?: boolean
}

interface Line {
  readonly number: number
  readonly text: string
}

/** Failures that are told one by one. */
const toldMax = 20

export async function run(context: CommandContext<ImportOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const location = assertWholeStore(context.location(args[0]!))
  const table = args[1]!
  const lines = linesOf(inputOf(io, args[2]))
  const { create = false, dryRun: isDryRun = false } = options
  const isNowhere = create && isDryRun && (await stores.makesFolder(location))
  await using store = isNowhere
    ? undefined
    : await stores.tables(location, create ? 'made' : 'there')
  if (create && !isDryRun) await store?.createTable(table, { signal: io.signal })
  const { concurrency } = options
  const { signal } = io
  const imports = new Imports(store, table, options)
  let [imported, failed] = [0, 0]
  try {
    for await (const failure of inOrder(lines, { concurrency, signal }, (line, ended) =>
      imports.take(line, ended),
    )) {
      if (failure === undefined) {
        imported++
        continue
      }
      failed++
      if (failed <= toldMax) output.warn(printable(failure))
    }
  } catch (error) {
    if (imported > 0) output.note(`${formatCount(imported, 'entity')} imported; import it again`)
    throw error
  }
  const action = isDryRun ? 'would import' : 'imported'
  const text = `${action} ${formatCount(imported, 'entity')}, ${failed} failed`
  await output.record({ action, table, imported, failed }, text)
  if (failed === 0) return exitCodes.ok
  throw new CommandFailure(
    imported === 0 ? exitCodes.failed : exitCodes.partial,
    `${formatCount(failed, 'line')} could not be imported`,
    'Mend them, and import the file again: what is there already is put again',
  )
}

class Imports {
  /** None in a dry run, where there is none yet. */
  readonly #store: TableStore | undefined
  readonly #table: string
  readonly #options: ImportOptions
  /** Of each pair of keys that is under way, the end. */
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(store: TableStore | undefined, table: string, options: ImportOptions) {
    this.#store = store
    this.#table = table
    this.#options = options
  }

  /** Undefined when it was done, else why not. @throws what no other line would do better with. */
  async take({ number, text }: Line, signal: AbortSignal): Promise<string | undefined> {
    try {
      const entity = entityFromJson(parsed(text))
      const store = this.#store
      if (this.#options.dryRun !== true && store !== undefined) {
        await this.#put(store, entity, signal)
      }
      return undefined
    } catch (error) {
      const isOwn = error instanceof CommandFailure || isStorageError(error, ...ofOneLine)
      if (!isOwn || isMissingTable(error, this.#table)) throw error
      return `line ${number}: ${(error as Error).message}`
    }
  }

  async #put(store: TableStore, entity: Entity, signal: AbortSignal): Promise<void> {
    const place = JSON.stringify([entity.partitionKey, entity.rowKey])
    const before = this.#underWay.get(place)
    const own = (before ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        const { mode } = this.#options
        return putEntity(store, this.#table, entity, { mode, signal })
      })
    this.#underWay.set(place, own)
    try {
      await own
    } finally {
      if (this.#underWay.get(place) === own) this.#underWay.delete(place)
    }
  }
}

const ofOneLine = [
  ...(['INVALID_KEY', 'INVALID_ARGUMENT', 'SERIALIZATION', 'QUOTA_EXCEEDED'] as const),
  ...(['ALREADY_EXISTS', 'PRECONDITION_FAILED', 'CONFLICT'] as const),
] as const

function isMissingTable(error: unknown, table: string): boolean {
  return isStorageError(error, 'NOT_FOUND') && error.key === table
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw usageError('it is no JSON')
  }
}
