/**
 * The database of the embedded queues, `.aos/queues.db`, as `docs/formats/embedded-queues.md`
 * describes it.
 *
 *   clock     one row: the latest time that something was changed at, see queue-time.ts
 *   queues    one row a queue; a deleted or cleared one stays, marked, until it is emptied
 *   messages  one row a message, found by its number or by the time when it becomes visible
 *
 * Numbers of queues and messages are never given twice (AUTOINCREMENT), so that what somebody still
 * holds of a message that is gone never fits another one.
 */
import type { DatabaseFormat } from '../sqlite/format.ts'

export const queuesFormat: DatabaseFormat = {
  fileName: 'queues.db',
  // "aosQ"
  applicationId: 0x61_6f_73_51,
  version: 1,
  schema: `
CREATE TABLE clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  latest_ms INTEGER NOT NULL
) STRICT;
INSERT INTO clock (id, latest_ms) VALUES (1, 0);
CREATE TABLE queues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX queues_by_name ON queues (name) WHERE dropped = 0;
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue INTEGER NOT NULL,
  visible_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  inserted_ms INTEGER NOT NULL,
  dequeues INTEGER NOT NULL,
  receipt TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX messages_by_visibility ON messages (queue, visible_ms);
`,
}
