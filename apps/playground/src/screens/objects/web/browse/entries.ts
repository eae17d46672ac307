/** Reads of the listing routes. */
import { answer, client, lines, request } from '../../../../web/api.ts'
import { ProblemError } from '../../../../web/problem.ts'
import type { ObjectsApi } from '../../server/index.ts'
import type { EntriesEnd, EntriesLine, ObjectRow, Prefixes, Row } from '../../server/wire.ts'

/** More rows are not shown; the server stops there, too. */
export const rowsMax = 250_000

/** Requests that nobody asked for are no part of an action. */
const nobody = 'page'

/**
 * The rows right under a prefix, in batches as they come; returns how the listing ended.
 *
 * @throws ProblemError also for a failure under way.
 */
export async function* readEntries(
  prefix: string,
  action: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[], EntriesEnd, undefined> {
  const query = new URLSearchParams({ prefix, delimiter: '/', limit: String(rowsMax) })
  const response = await request(`/api/objects/entries?${query}`, action, { signal })
  for await (const batch of lines<EntriesLine>(response)) {
    for (const line of batch) {
      if ('rows' in line) yield line.rows
      else if ('end' in line) return line.end
      else throw new ProblemError(line.error)
    }
  }
  throw new TypeError('network: the answer ended before its end')
}

/** What these keys (at most 1,000) hold now; null for those that hold nothing. */
export async function readRows(
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly (ObjectRow | null)[]> {
  if (keys.length === 0) return []
  const { rows } = await answer(
    client<ObjectsApi>('objects', nobody).rows.$post(
      { json: { keys: [...keys] } },
      { init: { signal } },
    ),
  )
  return rows
}

/** The prefixes right under a prefix, at most 1,000. */
export async function readPrefixes(prefix: string, signal: AbortSignal): Promise<Prefixes> {
  return answer(
    client<ObjectsApi>('objects', nobody).prefixes.$get(
      { query: { prefix } },
      { init: { signal } },
    ),
  )
}

/** Whether any key begins so. */
export async function hasKeys(prefix: string, signal: AbortSignal): Promise<boolean> {
  const query = new URLSearchParams({ prefix, delimiter: '', limit: '1' })
  const response = await request(`/api/objects/entries?${query}`, nobody, { signal })
  for await (const batch of lines<EntriesLine>(response)) {
    for (const line of batch) {
      if ('rows' in line) return line.rows.length > 0
      if ('error' in line) throw new ProblemError(line.error)
    }
  }
  return false
}

/** The prefix right under `prefix` that a key belongs to. Undefined: the key is right under it. */
export function childOf(prefix: string, key: string): string | undefined {
  const end = key.indexOf('/', prefix.length)
  return end < 0 ? undefined : key.slice(0, end + 1)
}
