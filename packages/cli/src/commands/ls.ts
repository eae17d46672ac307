/** `aos-storage ls`: pages are written as they come, so that the first line is there at once. */
import type { ListEntry, StorageManager } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { nothingAt } from '../locations/nothing-at.ts'
import { statAt } from '../locations/stat-at.ts'
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
  throw nothingAt(location)
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
    const object = await statAt(store, key, { signal })
    if (object !== undefined) {
      yield { kind: 'object', ...object }
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
