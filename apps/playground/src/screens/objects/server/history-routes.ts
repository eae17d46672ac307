/** Versioned values: their history, and what changes it. */
import type { StorageManager } from '@aos-storage/core'
import { Hono } from 'hono'
import * as v from 'valibot'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import { valid } from '../../../server/valid.ts'
import { prune, rollBack, saveNewVersion } from './history/change.ts'
import { findHistory } from './history/history.ts'
import { contentTypeText, keyText, numberText } from './request.ts'
import { assertText, textRequestBytesMax } from './typed-text.ts'
import type { UndoJournal } from './undo/journal.ts'
import type { HistoryFound } from './wire.ts'

/** More are not listed at once. */
const listedMax = 2000
const listedDefault = 200
const keptMax = 100_000

const historyQuery = v.object({
  /** Of the value's pointer, or of one of its versions. */
  key: keyText,
  limit: v.optional(numberText(1, listedMax), String(listedDefault)),
})
const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const numberOrNone = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const saveBody = v.object({
  key: keyText,
  text: v.string(),
  contentType: contentTypeText,
  ifCurrent: numberOrNone,
  from: v.optional(number),
})
const rollbackBody = v.object({ key: keyText, version: number, ifCurrent: number })
const pruneBody = v.object({
  key: keyText,
  keep: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(keptMax)),
  /** Counts what would go, and removes nothing. */
  isDryRun: v.optional(v.boolean(), false),
})

export function historyRoutes(storage: StorageManager, journal: UndoJournal) {
  return new Hono()
    .get('/history', valid('query', historyQuery), async (context) => {
      const { key, limit } = context.req.valid('query')
      const history = await findHistory(storage, key, limit, context.req.raw.signal)
      return context.json({ history } satisfies HistoryFound)
    })
    .post(
      '/history/save',
      atMost(textRequestBytesMax),
      valid('json', saveBody),
      async (context) => {
        const asked = context.req.valid('json')
        assertText(asked.key, asked.text, asked.contentType)
        return context.json(await saveNewVersion(storage, journal, asked))
      },
    )
    .post(
      '/history/rollback',
      atMost(commandBytesMax),
      valid('json', rollbackBody),
      async (context) => context.json(await rollBack(storage, journal, context.req.valid('json'))),
    )
    .post('/history/prune', atMost(commandBytesMax), valid('json', pruneBody), async (context) =>
      context.json(await prune(storage, context.req.valid('json'))),
    )
}
