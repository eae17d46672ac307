/** `aos-storage tables export`: entities one a line, as `import` reads them. */
import type { CommandContext } from '../../command.ts'
import { entityToJson } from '../../entity-json.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { formatCount } from '../../output/amounts.ts'
import { printable } from '../../output/printable.ts'

export async function run(context: CommandContext<{ filter?: string }>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { filter } = options
  await using store = await stores.tables(assertWholeStore(context.location(args[0]!)), 'there')
  const scope = { signal: io.signal, ...(filter === undefined ? {} : { filter }) }
  let count = 0
  for await (const { entity } of store.query(args[1]!, scope)) {
    const json = entityToJson(entity)
    await output.record(json, printable(JSON.stringify(json)))
    count++
  }
  output.note(`${formatCount(count, 'entity')} exported`)
  return exitCodes.ok
}
