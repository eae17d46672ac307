/** Where things are below the URL of the table service. */

/** All tables. */
export const tablesPath = 'Tables'

/** Transactions. */
export const batchPath = '$batch'

export function tablePath(table: string): string {
  return `${tablesPath}('${table}')`
}

/** The entities of a table, for a query. */
export function entitiesPath(table: string): string {
  return `${table}()`
}

export function entityPath(table: string, partitionKey: string, rowKey: string): string {
  return `${table}(PartitionKey='${quoted(partitionKey)}',RowKey='${quoted(rowKey)}')`
}

/** Quotes are doubled first, so that no key can end the text that it stands in. */
function quoted(key: string): string {
  return encodeURIComponent(key.replaceAll("'", "''"))
}
