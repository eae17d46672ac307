/** `aos-storage tables create`: there afterwards, whether it was before or not. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'

export async function run(context: CommandContext<{ dryRun?: boolean }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const table = args[1]!
  await using store = await stores.tables(assertWholeStore(context.location(args[0]!)), 'made')
  if (options.dryRun === true) {
    await output.record({ action: 'would create', table }, `would create ${table}`)
    return exitCodes.ok
  }
  const isNew = await store.createTable(table, { signal: io.signal })
  const action = isNew ? 'created' : 'exists'
  await output.record({ action, table }, isNew ? `created ${table}` : `${table} exists`)
  return exitCodes.ok
}
