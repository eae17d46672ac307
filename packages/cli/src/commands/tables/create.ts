/** `aos-storage tables create`: there afterwards, whether it was before or not. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'

export async function run(context: CommandContext<{ dryRun?: boolean }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const table = args[1]!
  const location = assertWholeStore(context.location(args[0]!))
  if (options.dryRun === true) {
    if (!(await stores.makesFolder(location))) {
      await using _store = await stores.tables(location, 'made')
    }
    await output.record({ action: 'would create', table }, `would create ${table}`)
    return exitCodes.ok
  }
  await using store = await stores.tables(location, 'made')
  const isNew = await store.createTable(table, { signal: io.signal })
  const action = isNew ? 'created' : 'exists'
  await output.record({ action, table }, isNew ? `created ${table}` : `${table} exists`)
  return exitCodes.ok
}
