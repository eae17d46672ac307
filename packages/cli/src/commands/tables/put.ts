/** `aos-storage tables put`: one entity, from a file or standard input. */
import type { ChangedEntity, Entity, TableStore } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { entityFromJson } from '../../entity-json.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { usageError } from '../../failure.ts'
import { inputOf, wholeInput } from '../../input.ts'
import { assertWholeStore } from '../../locations/whole-store.ts'
import { printableLine } from '../../output/printable.ts'

export type PutMode = 'replace' | 'merge' | 'insert'

interface PutOptions {
  readonly mode: PutMode
  readonly ifMatch?: string
  readonly dryRun?: boolean
}

export async function run(context: CommandContext<PutOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { mode, ifMatch, dryRun } = options
  if (ifMatch !== undefined && mode === 'insert') {
    throw usageError('--if-match and --mode insert exclude each other')
  }
  const location = assertWholeStore(context.location(args[0]!))
  const entity = entityFromJson(parsed(await wholeInput(inputOf(io, args[2]))))
  const { partitionKey, rowKey } = entity
  const shown = printableLine(`(${partitionKey}, ${rowKey})`)
  if (dryRun === true) {
    await output.record({ action: 'would put', partitionKey, rowKey }, `would put ${shown}`)
    return exitCodes.ok
  }
  await using store = await stores.tables(location, 'there')
  const { etag } = await putEntity(store, args[1]!, entity, { mode, ifMatch, signal: io.signal })
  await output.record({ action: 'put', partitionKey, rowKey, etag }, `put ${shown}`)
  return exitCodes.ok
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch {
    // What the parser says may quote values.
    throw usageError(
      'The entity is no JSON',
      'Write it as {"partitionKey": "p", "rowKey": "1", "name": "value"}; many at once are for ' +
        '"aos-storage tables import"',
    )
  }
}

export interface PutEntityOptions {
  readonly mode: PutMode
  readonly ifMatch?: string | undefined
  readonly signal: AbortSignal
}

export function putEntity(
  store: TableStore,
  table: string,
  entity: Entity,
  { mode, ifMatch, signal }: PutEntityOptions,
): Promise<ChangedEntity> {
  if (mode === 'insert') return store.insert(table, entity, { signal })
  if (ifMatch === undefined) return store.upsert(table, entity, { mode, signal })
  return store.update(table, entity, { mode, ifMatch, signal })
}
