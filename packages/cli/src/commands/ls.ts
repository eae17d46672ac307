/** `aos-storage ls`: pages are written as they come, so that the first line is there at once. */
import { isStorageError, type ListEntry, type StorageManager } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { printableLine } from '../output/printable.ts'

interface LsOptions {
  readonly recursive?: boolean
  readonly long?: boolean
  readonly limit?: number
  readonly startAfter?: string
}

export async function run(context: CommandContext<LsOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const location = context.location(args[0]!)
  await using store = await stores.objects(location, 'read')
  let count = 0
  for await (const entry of entriesOf(store, location.key, options, io.signal)) {
    count++
    await output.record(recordOf(entry), lineOf(entry, options.long === true))
  }
  if (count > 0 || location.key === '' || location.key.endsWith('/')) return exitCodes.ok
  throw new CommandFailure(
    exitCodes.notFound,
    `There is nothing at ${printableLine(args[0]!)}`,
    `"aos-storage ls ${printableLine(location.label)}" lists what there is`,
  )
}

/** An object of just this key comes first; then what is below it, as a folder's. */
async function* entriesOf(
  store: StorageManager,
  key: string,
  options: LsOptions,
  signal: AbortSignal,
): AsyncGenerator<ListEntry, void, undefined> {
  const { recursive, limit, startAfter } = options
  const isWhole = key === '' || key.endsWith('/')
  let left = limit
  if (!isWhole) {
    const object = await objectAt(store, key, signal)
    if (object !== undefined) {
      yield object
      if (left !== undefined && --left === 0) return
    }
  }
  yield* store.list({
    prefix: isWhole ? key : `${key}/`,
    ...(recursive === true ? {} : { delimiter: '/' }),
    ...(left === undefined ? {} : { limit: left }),
    ...(startAfter === undefined ? {} : { startAfter }),
    signal,
  })
}

async function objectAt(
  store: StorageManager,
  key: string,
  signal: AbortSignal,
): Promise<ListEntry | undefined> {
  try {
    return { kind: 'object', ...(await store.stat(key, { signal, foreign: true })) }
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

function recordOf(entry: ListEntry): object {
  if (entry.kind === 'prefix') return entry
  const { key, size, etag, modifiedAt, contentType, accessTier } = entry
  return { kind: 'object', key, size, etag, modifiedAt, contentType, accessTier }
}

function lineOf(entry: ListEntry, isLong: boolean): string {
  if (entry.kind === 'prefix') {
    const prefix = printableLine(entry.prefix)
    return isLong ? `${' '.repeat(12)}  ${' '.repeat(20)}  ${prefix}` : prefix
  }
  const key = printableLine(entry.key)
  if (!isLong) return key
  const time = entry.modifiedAt.toISOString().replace(/\.\d+Z$/, 'Z')
  return `${String(entry.size).padStart(12)}  ${time}  ${key}`
}
