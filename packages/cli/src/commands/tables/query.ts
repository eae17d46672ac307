/** `aos-storage tables query`: entities that satisfy a filter, a page in memory at a time. */
import type { StoredEntity, TableStore } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { entityToJson } from '../../entity-json.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { printable } from '../../output/printable.ts'

interface QueryOptions {
  readonly filter?: string
  readonly select?: string
  readonly limit?: number
}

export async function run(context: CommandContext<QueryOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { filter, limit } = options
  await using store: TableStore = await stores.tables(
    assertWholeStore(context.location(args[0]!)),
    'there',
  )
  const select = selected(options.select)
  const scope = {
    signal: io.signal,
    ...(filter === undefined ? {} : { filter }),
    ...(select === undefined ? {} : { select }),
    ...(limit === undefined ? {} : { limit }),
  }
  for await (const stored of store.query(args[1]!, scope)) {
    await output.record(storedRecord(stored), entityLine(stored))
  }
  return exitCodes.ok
}

/** `name,size` as names; none for all. */
export function selected(text: string | undefined): readonly string[] | undefined {
  return text
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

export function storedRecord({ entity, etag, modifiedAt }: StoredEntity): object {
  return { entity: entityToJson(entity), etag, modifiedAt }
}

/** As `import` reads it. */
export function entityLine({ entity }: StoredEntity): string {
  return printable(JSON.stringify(entityToJson(entity)))
}
