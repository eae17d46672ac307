/**
 * `aos-storage conformance`: every rule of the contract, tried against a store of yours, below a
 * scratch prefix that is removed. Each case has a prefix of its own in it.
 */
import { applyLayers, prefix, type StorageBackend, systemRandom } from '@aos-storage/core'
import {
  type CaseOutcome,
  conformanceCases,
  type ConformanceHarness,
  type ConformanceReport,
  formatReport,
  runConformance,
} from '@aos-storage/core/testing'
import type { CommandContext } from '../command.ts'
import { confirm } from '../output/confirm.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageError } from '../failure.ts'
import type { Location } from '../locations/location.ts'
import { removeBelow, withScratch } from '../locations/scratch.ts'
import { folderOf } from '../transfer/scope.ts'
import { formatCount } from '../output/amounts.ts'
import { type Output, ReaderGone } from '../output/output.ts'
import { printable, printableLine } from '../output/printable.ts'

interface ConformanceOptions {
  readonly group?: readonly string[]
  readonly seed?: number
  readonly yes?: boolean
}

export async function run(context: CommandContext<ConformanceOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const location = context.location(args[0]!)
  const groups = chosenGroups(options.group)
  const scratch = `${folderOf(location)}aos-storage-conformance-${systemRandom.id()}/`
  await using store = await stores.objects(location, 'write')
  for await (const _ of store.list({ prefix: folderOf(location), limit: 1, signal: io.signal })) {
    output.warn(`${printableLine(args[0]!)} is not empty; all that is written is below ${scratch}`)
    await confirm(context, {
      text: printable(`Run the kit beside what is there`),
      isAgreed: options.yes === true,
    })
    break
  }
  const harness = harnessOf(context, location, scratch, store.name)
  let group = ''
  const onCase = (outcome: CaseOutcome): void => {
    const isNew = outcome.group !== group
    group = outcome.group
    if (isNew && output.isWatched) output.note(group)
    if (outcome.status === 'failed') output.note(`failed  ${outcome.id}`)
  }
  const { seed } = options
  const report = await withScratch({ store, prefix: scratch, output }, () =>
    runConformance(harness, {
      filter: ({ group: each }: { readonly group: string }) => groups.has(each),
      ...{ onCase, signal: io.signal },
      ...(seed === undefined ? {} : { seed }),
    }),
  )
  io.signal.throwIfAborted()
  try {
    await write(output, report)
  } catch (error) {
    // Nobody reads the report; the exit code tells all the same.
    if (!(error instanceof ReaderGone)) throw error
  }
  if (report.counts.failed === 0) return exitCodes.ok
  throw new CommandFailure(
    exitCodes.different,
    `${formatCount(report.counts.failed, 'case')} failed`,
    `Again with --seed ${report.seed}`,
  )
}

async function write(output: Output, report: ConformanceReport): Promise<void> {
  if (!output.isJson) return output.bytes(`${printable(formatReport(report))}\n`)
  for (const { error: _, ...outcome } of report.outcomes) {
    await output.record({ kind: 'case', ...outcome }, '')
  }
  await output.record({ kind: 'summary', seed: report.seed, ...report.counts }, '')
}

/** Of one case on a store behind a network. */
const remoteLimitMs = 120_000

function harnessOf(
  { stores }: CommandContext<ConformanceOptions>,
  location: Location,
  scratch: string,
  name: string,
): ConformanceHarness {
  const isRemote = name !== 'file' && name !== 'memory'
  let cases = 0
  return {
    name,
    ...(isRemote ? { isSlow: true, timeLimitMs: remoteLimitMs } : {}),
    async open() {
      const own = `${scratch}${++cases}`
      const open = async (): Promise<StorageBackend> =>
        applyLayers((await stores.objects(location, 'write')).backend, [prefix(own)])
      return {
        backend: await open(),
        // Memory is another store each time.
        ...(name === 'memory' ? {} : { reopen: open }),
        async dispose() {
          await using store = await stores.objects(location, 'write')
          await removeBelow(store, `${own}/`)
        },
      }
    },
  }
}

/** @throws CommandFailure for a group that the kit does not have. */
function chosenGroups(given: readonly string[] | undefined): ReadonlySet<string> {
  const known = new Set(conformanceCases.map(({ group }) => group))
  const unknown = given?.find((group) => !known.has(group))
  if (unknown === undefined) return new Set(given ?? known)
  throw usageError(
    `There is no group ${JSON.stringify(unknown.slice(0, 100))}`,
    `Known are ${[...known].join(', ')}`,
  )
}
