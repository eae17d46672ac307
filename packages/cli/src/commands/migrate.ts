/** `aos-storage migrate`: a move of house, with a journal: it can be stopped and gone on with. */
import { migrate, type MigrateOptions } from '@aos-storage/core'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { confirm } from '../output/confirm.ts'
import { printableLine } from '../output/printable.ts'
import { assertApart, assertDeletes, openEnds } from '../transfer/ends.ts'
import { MigrationLedger, type MigrationTelling } from '../transfer/migration-ledger.ts'
import { assertNoneReplaced } from '../transfer/overlap.ts'
import { folderOf, selectionOf } from '../transfer/scope.ts'
import { viewOf } from '../transfer/view.ts'

export interface MigrateCommandOptions extends MigrationTelling {
  readonly journal?: string
  readonly existing: NonNullable<MigrateOptions['existing']>
  readonly compare: NonNullable<MigrateOptions['compare']>
  readonly verify: NonNullable<MigrateOptions['verify']>
  readonly origin: NonNullable<MigrateOptions['origin']>
  readonly losses: NonNullable<MigrateOptions['losses']>
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly deleteSource?: boolean
  /** False: nobody else writes to the source. */
  readonly sourceCheck: boolean
  readonly yes?: boolean
  readonly concurrency: number
  readonly bytesInFlight: number
  readonly attempts: number
  readonly failuresInARow: number
}

export async function run(context: CommandContext<MigrateCommandOptions>): Promise<ExitCode> {
  const { args, options, io } = context
  const [from, to] = args.map((text) => {
    const location = context.location(text)
    return { ...location, key: folderOf(location) }
  }) as [Location, Location]
  const { journal, deleteSource, dryRun, yes } = options
  const isDryRun = dryRun === true
  const journalPath = journal === undefined ? undefined : resolve(io.cwd, journal)
  if (journal === undefined && !isDryRun) {
    throw usageError(
      'A migration has a journal, so that it can be gone on with',
      'Say --journal FILE; what needs none is sync',
    )
  }
  if (deleteSource === true && !isDryRun) {
    const name = printableLine(formatLocation(from, from.key))
    const text = `Delete each object of ${name} once its copy was read back`
    await confirm(context, { text, isAgreed: yes === true })
  }
  const sourceAccess = deleteSource === true ? 'write' : 'read'
  await using ledger = new MigrationLedger(context, { from, to })
  return await ledger.conclude(async () => {
    await using ends = await openEnds(context, { from, to, sourceAccess, isDryRun })
    assertApart(ends, from, to)
    const isWanted = selectionOf(options)
    await assertNoneReplaced(ends, { from, to, isWanted, signal: io.signal })
    if (deleteSource === true && !isDryRun) assertDeletes(ends, from, options.sourceCheck)
    const { existing, compare, verify, origin, losses, include = [], exclude = [] } = options
    const { concurrency, bytesInFlight, attempts, failuresInARow, sourceCheck } = options
    await ledger.follow((listening) =>
      migrate(viewOf(ends.source, from.key), viewOf(ends.destination, to.key), {
        ...{ existing, compare, verify, origin, losses, include, exclude },
        ...{ concurrency, attempts, dryRun: isDryRun, ...listening },
        bytesInFlightMax: bytesInFlight,
        failuresInARowMax: failuresInARow,
        // Nothing is deleted in a dry run; a store that is only read claims no conditions.
        ...(deleteSource === true && !isDryRun
          ? { deleteSource: sourceCheck ? 'verified' : 'verified-unconditionally' }
          : {}),
        ...(journalPath === undefined ? {} : { journal: journalPath }),
      }),
    )
    // Run again when all has gone over, the part has nothing, and its name was right.
    const isMoved = deleteSource === true && ledger.objects === 0 && (await hasMoved(journalPath))
    if (!isMoved) ledger.assertSome()
  })
}

/** True where a journal, which is of one source, tells that objects of it were deleted. */
async function hasMoved(path: string | undefined): Promise<boolean> {
  if (path === undefined) return false
  try {
    await using file = await open(path, 'r')
    for await (const line of file.readLines()) {
      if (line.startsWith('{"did":"deleted",')) return true
    }
  } catch {
    // A dry run may have none.
  }
  return false
}
