/** `aos-storage tables delete`: one entity. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { printableLine } from '../../output/printable.ts'

interface DeleteOptions {
  readonly ifMatch?: string
  readonly dryRun?: boolean
}

export async function run(context: CommandContext<DeleteOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const [, table, partitionKey, rowKey] = args as [string, string, string, string]
  const { ifMatch, dryRun } = options
  await using store = await stores.tables(assertWholeStore(context.location(args[0]!)), 'there')
  const shown = printableLine(`(${partitionKey}, ${rowKey})`)
  const isThere =
    dryRun === true
      ? (await store.find(table, partitionKey, rowKey, { select: [], signal: io.signal })) !==
        undefined
      : await store.delete(table, partitionKey, rowKey, {
          signal: io.signal,
          ...(ifMatch === undefined ? {} : { ifMatch }),
        })
  if (!isThere) {
    throw new CommandFailure(
      exitCodes.notFound,
      `The table ${printableLine(table)} has no entity ${shown}`,
    )
  }
  const action = dryRun === true ? 'would delete' : 'deleted'
  await output.record({ action, partitionKey, rowKey }, `${action} ${shown}`)
  return exitCodes.ok
}
