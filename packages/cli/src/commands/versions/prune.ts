/** `aos-storage versions prune`: old versions go, the current one never. */
import type { PruneResult } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { confirm } from '../../output/confirm.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure, usageError } from '../../failure.ts'
import { keyOf } from '../../locations/key-of.ts'
import { formatCount } from '../../output/amounts.ts'
import { printable, printableLine } from '../../output/printable.ts'
import { native, type NativeChoice } from './choice.ts'

interface PruneOptions extends NativeChoice {
  readonly keep?: number
  readonly olderThanDays?: number
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const dayMs = 86_400_000

export async function run(context: CommandContext<PruneOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { keep, olderThanDays } = options
  if (keep === undefined && olderThanDays === undefined) {
    throw usageError(
      'Nothing says which versions go',
      'Give --keep COUNT, --older-than-days DAYS, or both',
    )
  }
  const location = context.location(args[0]!)
  const key = keyOf(location)
  await using store = await stores.objects(location, 'write')
  // One time for both: what has come of age since the question stays.
  const olderThan =
    olderThanDays === undefined
      ? {}
      : { olderThan: new Date(io.clock.now() - olderThanDays * dayMs) }
  const prune = (dryRun: boolean): Promise<PruneResult> => {
    const own = {
      ...{ dryRun, signal: io.signal },
      ...(keep === undefined ? {} : { keep }),
      ...olderThan,
    }
    return options.native === true
      ? store.pruneVersions(key, { ...own, ...native(context) })
      : store.pruneVersions(key, own)
  }
  const planned = await prune(true)
  const isDryRun = options.dryRun === true
  if (!isDryRun && planned.removed > 0) {
    await confirm(context, {
      text: printable(`Delete ${formatCount(planned.removed, 'version')} of ${key}`),
      isAgreed: options.yes === true,
    })
  }
  const { removed, kept, failed } = isDryRun || planned.removed === 0 ? planned : await prune(false)
  await output.record(
    { action: isDryRun ? 'would prune' : 'pruned', key, removed, kept, failed: failed.length },
    `${isDryRun ? 'would prune' : 'pruned'} ${formatCount(removed, 'version')} of ` +
      `${printableLine(key)}, ${kept} kept`,
  )
  if (failed.length === 0) return exitCodes.ok
  for (const { version, error } of failed.slice(0, toldMax)) {
    output.warn(printable(`version ${version}: ${error.message}`))
  }
  throw new CommandFailure(
    exitCodes.partial,
    `${formatCount(failed.length, 'version')} could not be deleted`,
    'The next prune tries again',
  )
}

/** Failures that are told one by one. */
const toldMax = 20
