/** `aos-storage sync`: makes one store, or a part of it, like another one. */
import { migrate } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { formatCount } from '../output/amounts.ts'
import { canAsk, confirm } from '../output/confirm.ts'
import { assertApart, type Ends, holdsSource, openEnds } from '../transfer/ends.ts'
import { assertNoneReplaced, assertNoSource } from '../transfer/overlap.ts'
import { deleteSurplus, surplusOf } from '../transfer/surplus.ts'
import { openKnownPairs } from '../transfer/known-pairs.ts'
import { folderOf, selectionOf } from '../transfer/scope.ts'
import { MigrationLedger, type MigrationTelling } from '../transfer/migration-ledger.ts'
import { viewOf } from '../transfer/view.ts'

export interface SyncOptions extends MigrationTelling {
  readonly delete?: boolean
  readonly yes?: boolean
  readonly allowEmpty?: boolean
  readonly compare: 'origin' | 'digest' | 'size-and-time'
  readonly verify: 'read-back' | 'write' | 'none'
  readonly origin: 'keep' | 'drop'
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly concurrency: number
}

export async function run(context: CommandContext<SyncOptions>): Promise<ExitCode> {
  const { args, options, io } = context
  const [from, to] = args.map((text) => {
    const location = context.location(text)
    return { ...location, key: folderOf(location) }
  }) as [Location, Location]
  const isDryRun = options.dryRun === true
  const isAgreed = options.yes === true || isDryRun
  if (options.delete === true && !isAgreed && !canAsk(io)) {
    throw usageError(
      'sync --delete deletes objects, and nobody can be asked whether that is meant',
      'Say --yes if it is; --dry-run lists them',
    )
  }
  await using ledger = new MigrationLedger(context, { from, to })
  return await ledger.conclude(async () => {
    await using ends = await openEnds(context, { from, to, sourceAccess: 'read', isDryRun })
    assertApart(ends, from, to)
    if (options.delete === true && holdsSource(ends)) {
      throw usageError(
        `${formatLocation(from, from.key)} lies within ${formatLocation(to, to.key)}: ` +
          '--delete would delete it',
      )
    }
    const isWanted = selectionOf(options)
    await assertNoneReplaced(ends, { from, to, isWanted, signal: io.signal })
    const { include = [], exclude = [], compare, verify, origin, concurrency } = options
    const [source, destination] = [viewOf(ends.source, from.key), viewOf(ends.destination, to.key)]
    const known =
      compare === 'origin' ? await openKnownPairs(context, { ends, from, to }) : undefined
    let isAll = false
    try {
      await ledger.follow((listening) =>
        migrate(source, destination, {
          ...{ include, exclude, compare, verify, origin, concurrency },
          ...{ existing: 'update', dryRun: isDryRun, known, ...listening },
        }),
      )
      isAll = true
    } finally {
      if (!isDryRun) await known?.keep({ isAll })
    }
    if (options.delete === true) await deleteAfter({ context, ends, from, to, ledger })
    if (options.allowEmpty !== true) ledger.assertSome()
  })
}

interface Deletion {
  readonly context: CommandContext<SyncOptions>
  readonly ends: Ends
  readonly from: Location
  readonly to: Location
  readonly ledger: MigrationLedger
}

/** Only when all is there: what is deleted may be the last copy of what could not be brought. */
async function deleteAfter({ context, ends, from, to, ledger }: Deletion): Promise<void> {
  const { options, io, output } = context
  const { signal } = io
  if (ledger.failures > 0) {
    output.warn('nothing is deleted, for not all could be copied')
    return
  }
  const isAgreed = options.yes === true || ledger.isDryRun
  const surplus = {
    source: viewOf(ends.source, from.key),
    destination: viewOf(ends.destination, to.key),
    isWanted: selectionOf(options),
    signal,
  }
  const name = formatLocation(to, to.key)
  // Also with --yes, which scripts always say: a misspelt source is empty as well.
  if (ledger.objects === 0 && options.allowEmpty !== true) {
    for await (const _ of surplusOf(surplus)) {
      throw usageError(
        `${formatLocation(from, from.key)} is empty: all of ${name} would be deleted`,
        'Say --allow-empty if that is meant',
      )
    }
  }
  if (!isAgreed) {
    const objects = await countOf(surplusOf(surplus))
    if (objects === 0) return
    await confirm(context, {
      text: `Delete ${formatCount(objects, 'object')} of ${name}`,
      isAgreed,
      declined: 'All was copied, and nothing was deleted',
    })
  }
  await deleteSurplus(surplus, {
    concurrency: options.concurrency,
    isDryRun: ledger.isDryRun,
    assertSurplus: (object) => assertNoSource(ends, { ...object, from, to, signal }),
    onDeleted: (key) => ledger.deleted(key),
    onFailed: (key, error) => ledger.failed(key, error),
  })
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of items) count++
  return count
}
