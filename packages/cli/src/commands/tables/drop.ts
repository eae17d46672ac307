/** `aos-storage tables drop`: a table with all that is in it. */
import type { CommandContext } from '../../command.ts'
import { confirm } from '../../output/confirm.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { printable, printableLine } from '../../output/printable.ts'

interface DropOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export async function run(context: CommandContext<DropOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const table = args[1]!
  const location = assertWholeStore(context.location(args[0]!))
  await using store = await stores.tables(location, 'there')
  if (options.dryRun === true) {
    await output.record({ action: 'would drop', table }, `would drop ${printableLine(table)}`)
    return exitCodes.ok
  }
  await confirm(context, {
    text: printable(`Delete the table ${table} of ${location.label} with all that is in it`),
    isAgreed: options.yes === true,
  })
  if (await store.deleteTable(table, { signal: io.signal })) {
    await output.record({ action: 'dropped', table }, `dropped ${table}`)
    return exitCodes.ok
  }
  throw new CommandFailure(
    exitCodes.notFound,
    `There is no table ${printableLine(table)}`,
    `"aos-storage tables list ${location.label}" tells which there are`,
  )
}
