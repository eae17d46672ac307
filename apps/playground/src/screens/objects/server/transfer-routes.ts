/** Copies, moves and deletes, and undo. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { atMost, listBytesMax } from '../../../server/body-limit.ts'
import { valid } from '../../../server/valid.ts'
import { ndjson } from './ndjson.ts'
import { etagText, keyText, prefixText } from './request.ts'
import type { Transfers } from './transfer/transfers.ts'
import type { UndoJournal } from './undo/journal.ts'
import type { UndoState } from './wire.ts'

const itemsMax = 10_000
const prefixesMax = 1000

const item = v.object({ key: keyText, to: v.optional(keyText), etag: v.optional(etagText) })
const prefixItem = v.object({ prefix: prefixText, to: v.optional(prefixText) })
const runId = v.pipe(v.string(), v.uuid())
const transferBody = v.object({
  kind: v.picklist(['copy', 'move', 'delete']),
  items: v.optional(v.pipe(v.array(item), v.maxLength(itemsMax)), []),
  prefixes: v.optional(v.pipe(v.array(prefixItem), v.maxLength(prefixesMax)), []),
  isOverwrite: v.optional(v.boolean()),
  id: v.optional(runId),
  isDryRun: v.optional(v.boolean()),
})
const idBody = v.object({ id: runId })

export function transferRoutes(transfers: Transfers, journal: UndoJournal) {
  return new Hono()
    .post('/transfer', atMost(listBytesMax), valid('json', transferBody), (context) => {
      const request = context.req.valid('json')
      return ndjson(context, (signal) => transfers.transfer(request, signal))
    })
    .post('/transfer/stop', atMost(listBytesMax), valid('json', idBody), (context) =>
      context.json({ isStopped: transfers.stop(context.req.valid('json').id) }),
    )
    .get('/undo', (context) => context.json(journal.state satisfies UndoState))
    .post('/undo', atMost(listBytesMax), valid('json', idBody), (context) => {
      const { id } = context.req.valid('json')
      return ndjson(context, () => transfers.undo(id))
    })
}
