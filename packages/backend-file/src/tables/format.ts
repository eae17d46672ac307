/** What `.aos/tables.db` holds. Byte by byte: `docs/formats/embedded-tables.md`. */
import type { DatabaseFormat } from '../sqlite/format.ts'

/** A change of the schema is a change of the format: see `test/tables/format.golden.test.ts`. */
export const tablesFormat: DatabaseFormat = {
  fileName: 'tables.db',
  // "aosT"
  applicationId: 0x616f7354,
  version: 1,
  schema: `
CREATE TABLE tables (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  folded_name TEXT NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX tables_by_name ON tables (folded_name) WHERE dropped = 0;
CREATE TABLE entities (
  table_id INTEGER NOT NULL,
  partition_key BLOB NOT NULL,
  row_key BLOB NOT NULL,
  version BLOB NOT NULL,
  modified_ms INTEGER NOT NULL,
  properties TEXT NOT NULL,
  PRIMARY KEY (table_id, partition_key, row_key)
) STRICT, WITHOUT ROWID;
`,
}
