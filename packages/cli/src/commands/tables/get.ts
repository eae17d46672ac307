/** `aos-storage tables get`: one entity. */
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { entityLine, selected, storedRecord } from './query.ts'

export async function run(context: CommandContext<{ select?: string }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const [, table, partitionKey, rowKey] = args
  await using store = await stores.tables(assertWholeStore(context.location(args[0]!)), 'there')
  const select = selected(options.select)
  const stored = await store.get(table!, partitionKey!, rowKey!, {
    signal: io.signal,
    ...(select === undefined ? {} : { select }),
  })
  await output.record(storedRecord(stored), entityLine(stored))
  return exitCodes.ok
}
