/** The request that makes a change, alone or as a part of a transaction. */
import type { TableChange } from '@aos-storage/core/backend'
import { entityPath } from './addresses.ts'
import { encodeEntity } from './entity-json.ts'
import { matchable } from './etag.ts'
import type { TableRequest } from './service.ts'

/**
 * Source: learn.microsoft.com, "Insert Entity", "Insert Or Merge Entity", "Insert Or Replace
 * Entity", "Merge Entity", "Update Entity" and "Delete Entity". `If-Match` tells an update from an
 * upsert.
 *
 * @param isAscii Whether the body holds ASCII only, see {@link encodeEntity}.
 */
export function changeRequest(table: string, change: TableChange, isAscii = true): TableRequest {
  if (change.type === 'insert') {
    return {
      method: 'POST',
      path: table,
      headers: { prefer: 'return-no-content' },
      body: encodeEntity(change.entity, isAscii),
    }
  }
  const { partitionKey, rowKey } = change.type === 'delete' ? change : change.entity
  const path = entityPath(table, partitionKey, rowKey)
  const headers = change.type === 'upsert' ? {} : { 'if-match': versionOf(change.ifMatch) }
  if (change.type === 'delete') return { method: 'DELETE', path, headers }
  const method = change.mode === 'merge' ? 'PATCH' : 'PUT'
  return { method, path, headers, body: encodeEntity(change.entity, isAscii) }
}

/** `*` is any version. */
function versionOf(ifMatch: string | undefined): string {
  return ifMatch === undefined ? '*' : matchable(ifMatch)
}

/** True for a change that is refused when it is made again, because it meets itself. */
export function isOnce(change: TableChange): boolean {
  if (change.type === 'insert' || change.type === 'delete') return true
  return change.type === 'update' && change.ifMatch !== undefined
}
