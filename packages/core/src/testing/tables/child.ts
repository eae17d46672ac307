/** The program of a child process of the tables' kit; see `child-program.ts`. */
import { isStorageError } from '../../errors.ts'
import type { TableBackend } from '../../tables/backend.ts'
import { type Handlers, serveChild } from '../child-program.ts'
import type { TableChildCommands } from './child-commands.ts'
import { counterKeys, increment, movesOf } from './entities.ts'

function handlersOf(
  backend: TableBackend,
  progress: (value: number) => Promise<void>,
): Handlers<TableChildCommands> {
  return {
    async insertAll({ table, rowKeys, mark }) {
      const outcomes = await Promise.all(
        rowKeys.map((rowKey) => wins(backend, table, rowKey, mark)),
      )
      return { won: rowKeys.filter((_, at) => outcomes[at]) }
    },
    async increment({ table, times }) {
      let conflicts = 0
      for (let done = 0; done < times;) {
        if (await increment(backend, table)) done++
        else conflicts++
      }
      return { conflicts }
    },
    async transactForever({ table, from }) {
      for (let number = from; ; number++) {
        await backend.transact(table, movesOf(number))
        await progress(number)
      }
    },
  }
}

async function wins(
  backend: TableBackend,
  table: string,
  rowKey: string,
  mark: string,
): Promise<boolean> {
  const { partitionKey } = counterKeys
  try {
    await backend.change(table, { type: 'insert', entity: { partitionKey, rowKey, mark } })
    return true
  } catch (error) {
    if (isStorageError(error, 'ALREADY_EXISTS')) return false
    throw error
  }
}

await serveChild<TableChildCommands>(handlersOf)
