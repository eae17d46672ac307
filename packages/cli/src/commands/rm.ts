/** `aos-storage rm`: deletes objects; more than one only after a yes. */
import { StorageError, type StorageManager } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { assertFolder } from '../locations/folder.ts'
import { keyOf } from '../locations/key-of.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { statAt } from '../locations/stat-at.ts'
import { formatBytes, formatCount } from '../output/amounts.ts'
import { canAsk, confirm } from '../output/confirm.ts'
import { type ChangeOptions, Ledger, verbs } from '../output/ledger.ts'
import { printableLine } from '../output/printable.ts'
import { type ObjectScope, objectsBelow, sizesBelow } from '../transfer/objects.ts'
import { assertSelects, folderOf, type SelectionOptions, selectionOf } from '../transfer/scope.ts'

export interface RemoveOptions extends ChangeOptions, SelectionOptions {
  readonly ifMatch?: string
  readonly ignoreMissing?: boolean
  readonly yes?: boolean
  readonly concurrency: number
}

/** Keys in memory at once. */
const batchKeys = 1000

export async function run(context: CommandContext<RemoveOptions>): Promise<ExitCode> {
  const { args, options } = context
  const locations = args.map((text) => context.location(text))
  assertSelects(options)
  const isOne = locations.length === 1 && options.recursive !== true
  if (options.ifMatch !== undefined && !isOne) {
    throw usageError('--if-match is a version of one object', 'Name one object')
  }
  await using ledger = new Ledger(context, verbs.delete)
  return await ledger.conclude(() =>
    options.recursive === true
      ? removeBelow(context, locations, ledger)
      : removeNamed(context, locations, ledger),
  )
}

async function removeNamed(
  context: CommandContext<RemoveOptions>,
  locations: readonly Location[],
  ledger: Ledger,
): Promise<void> {
  const { io, options, stores } = context
  const named = locations.map((location) => ({ location, key: keyOf(location) }))
  if (named.length > 1 && !ledger.isDryRun) {
    const text = `Delete ${formatCount(named.length, 'object')}`
    await confirm(context, { text, isAgreed: options.yes === true })
  }
  for (const [label, objects] of Map.groupBy(named, ({ location }) => location.label)) {
    const { location } = objects[0]!
    await assertFolder(await stores.configOf(location), io.cwd)
    await using store = await stores.objects(location, ledger.isDryRun ? 'read' : 'write')
    for (const { key } of objects) {
      if (io.signal.aborted) return
      try {
        await removeOne(context, store, key, ledger, location)
      } catch (error) {
        await ledger.failed(formatLocation({ ...location, label }, key), error)
      }
    }
  }
}

async function removeOne(
  { io, options }: CommandContext<RemoveOptions>,
  store: StorageManager,
  key: string,
  ledger: Ledger,
  location: Location,
): Promise<void> {
  const { ifMatch, ignoreMissing } = options
  const version = ifMatch === undefined ? {} : { ifMatch }
  const given = { ...version, signal: io.signal }
  const isDeleted = ledger.isDryRun
    ? (await statAt(store, key, given)) !== undefined
    : await store.delete(key, { ...given, foreign: true })
  if (isDeleted) {
    await ledger.done({ record: { key }, text: formatLocation(location, key) })
    return
  }
  if (ignoreMissing === true) return
  throw new StorageError('NOT_FOUND', 'There is no such object', { key })
}

async function removeBelow(
  context: CommandContext<RemoveOptions>,
  locations: readonly Location[],
  ledger: Ledger,
): Promise<void> {
  const { io, options, stores } = context
  const isWanted = selectionOf(options)
  if (options.yes !== true && !ledger.isDryRun) await askForAll(context, locations)
  for (const location of locations) {
    await assertFolder(await stores.configOf(location), io.cwd)
    await using store = await stores.objects(location, ledger.isDryRun ? 'read' : 'write')
    const scope = { prefix: folderOf(location), isWanted, signal: io.signal }
    ledger.progress.count((ending) => sizesBelow(store, { ...scope, signal: ending }))
    await removeScope({ context, store, location, scope, ledger })
  }
}

/** Once for all of them: after a no, nothing was done. */
async function askForAll(
  context: CommandContext<RemoveOptions>,
  locations: readonly Location[],
): Promise<void> {
  const { io, options, stores } = context
  const isWanted = selectionOf(options)
  const names = locations.map((each) => printableLine(formatLocation(each, folderOf(each))))
  // Nobody waits for a count whom nobody can ask.
  if (!canAsk(io)) {
    await confirm(context, { text: `Delete all of ${names.join(', ')}`, isAgreed: false })
  }
  const parts: string[] = []
  let total = 0
  for (const [place, location] of locations.entries()) {
    await using store = await stores.objects(location, 'read')
    const scope = { prefix: folderOf(location), isWanted, signal: io.signal }
    const { objects, bytes } = await amountOf(store, scope)
    parts.push(`${formatCount(objects, 'object')} (${formatBytes(bytes)}) of ${names[place]}`)
    total += objects
  }
  if (total > 1) await confirm(context, { text: `Delete ${parts.join(', ')}`, isAgreed: false })
}

async function amountOf(
  store: StorageManager,
  scope: ObjectScope,
): Promise<{ objects: number; bytes: number }> {
  const amount = { objects: 0, bytes: 0 }
  for await (const size of sizesBelow(store, scope)) {
    amount.objects++
    amount.bytes += size
  }
  return amount
}

async function removeScope(removal: {
  readonly context: CommandContext<RemoveOptions>
  readonly store: StorageManager
  readonly location: Location
  readonly scope: ObjectScope
  readonly ledger: Ledger
}): Promise<void> {
  const { context, store, location, scope, ledger } = removal
  const { signal } = context.io
  let batch: { readonly key: string; readonly size: number }[] = []
  const flush = async (): Promise<void> => {
    const given = batch
    batch = []
    if (ledger.isDryRun) {
      for (const { key, size } of given) await tell(key, size)
      return
    }
    const { concurrency } = context.options
    const keys = given.map(({ key }) => key)
    const results = await store.deleteMany(keys, { concurrency, signal, foreign: true })
    // A failure may end it all: what is done is told before.
    for (const [index, result] of results.entries()) {
      if (result.ok && result.deleted) await tell(result.key, given[index]!.size)
    }
    for (const result of results) {
      if (!result.ok) await ledger.failed(result.key, result.error)
    }
  }
  const tell = async (key: string, bytes: number): Promise<void> =>
    ledger.done({ record: { key, size: bytes }, text: formatLocation(location, key), bytes })
  for await (const { key, size } of objectsBelow(store, scope)) {
    batch.push({ key, size })
    if (batch.length >= batchKeys) await flush()
  }
  if (batch.length > 0) await flush()
}
