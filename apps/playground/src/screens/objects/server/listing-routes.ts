/** What is there: rows, folders, and rows again after something changed. */
import type { StorageManager } from '@aos-storage/core'
import { Hono } from 'hono'
import * as v from 'valibot'
import { atMost, listBytesMax } from '../../../server/body-limit.ts'
import { valid } from '../../../server/valid.ts'
import { ndjson } from './ndjson.ts'
import { keyText, numberText, prefixText } from './request.ts'
import { currentRows, entryLines, prefixesUnder } from './rows.ts'
import type { Prefixes, Rows } from './wire.ts'

const rowsMax = 250_000
const keysMax = 1000

const entriesQuery = v.object({
  prefix: v.optional(prefixText, ''),
  /** Empty: all keys below the prefix. */
  delimiter: v.optional(prefixText, '/'),
  limit: v.optional(numberText(1, rowsMax), String(rowsMax)),
})
const prefixesQuery = v.object({ prefix: v.optional(prefixText, '') })
const rowsBody = v.object({ keys: v.pipe(v.array(keyText), v.maxLength(keysMax)) })

export function listingRoutes(storage: StorageManager) {
  return new Hono()
    .get('/entries', valid('query', entriesQuery), (context) => {
      const { delimiter, ...scope } = context.req.valid('query')
      const rolled = { ...scope, delimiter: delimiter === '' ? undefined : delimiter }
      return ndjson(context, (signal) => entryLines(storage, rolled, signal))
    })
    .get('/prefixes', valid('query', prefixesQuery), async (context) => {
      const { prefix } = context.req.valid('query')
      const prefixes: Prefixes = await prefixesUnder(storage, prefix, context.req.raw.signal)
      return context.json(prefixes)
    })
    .post('/rows', atMost(listBytesMax), valid('json', rowsBody), async (context) => {
      const { keys } = context.req.valid('json')
      const rows: Rows = { rows: await currentRows(storage, keys, context.req.raw.signal) }
      return context.json(rows)
    })
}
