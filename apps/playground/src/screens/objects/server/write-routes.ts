/** Writes of one object in one request: text from the editor, and small files. */
import { randomUUID } from 'node:crypto'
import { StorageError } from '@aos-storage/core'
import { Hono } from 'hono'
import * as v from 'valibot'
import { atMost } from '../../../server/body-limit.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { savedOf } from './details.ts'
import { contentTypeText, etagText, flagText, keyText } from './request.ts'
import { type Condition, type Save, saveUndoable } from './save.ts'
import { assertText, textRequestBytesMax } from './typed-text.ts'
import type { UndoJournal } from './undo/journal.ts'
import type { WholeUploads } from './uploads/whole.ts'

const bytesMax = 8 * 1024 ** 2

const textBody = v.object({
  key: keyText,
  text: v.string(),
  contentType: contentTypeText,
  ifMatch: v.optional(etagText),
  ifNoneMatch: v.optional(v.literal('*')),
})
const uploadQuery = v.object({
  key: keyText,
  contentType: contentTypeText,
  isOverwrite: v.optional(flagText, 'false'),
  /** Cancels it; see `DELETE /upload/:id`. A UUID. */
  id: v.optional(v.pipe(v.string(), v.uuid())),
})

export function writeRoutes(world: World, journal: UndoJournal, whole: WholeUploads) {
  const save = (request: Save) => saveUndoable(world.storage, journal, request)
  return new Hono()
    .put('/text', atMost(textRequestBytesMax), valid('json', textBody), async (context) => {
      const { key, text, contentType, ifMatch, ifNoneMatch } = context.req.valid('json')
      assertText(key, text, contentType)
      const written = await save({
        key,
        condition: conditionOf(ifMatch, ifNoneMatch),
        label: `Saved ${key}`,
        // The editor shows the text only: what else the object has stays.
        write: (condition, previous) => {
          const { metadata } = previous ?? {}
          return world.storage.writeStream(key, text, { ...condition, contentType, metadata })
        },
      })
      return context.json(await savedOf(world, written))
    })
    .put('/upload', atMost(bytesMax), valid('query', uploadQuery), async (context) => {
      const { key, contentType, isOverwrite, id = randomUUID() } = context.req.valid('query')
      const written = await whole.run(id, context.req.raw.signal, async (signal) => {
        const bytes = new Uint8Array(await context.req.arrayBuffer().catch(brokenOff))
        return save({
          key,
          condition: isOverwrite ? {} : { ifNoneMatch: '*' },
          label: `Uploaded ${key}`,
          write: (condition) =>
            world.storage.writeStream(key, bytes, { ...condition, contentType, signal }),
        })
      })
      return context.json(await savedOf(world, written))
    })
}

/** A page that goes away while it sends is no fault of the server. */
function brokenOff(cause: unknown): never {
  // So Node calls it; others are of those who read, such as the limit.
  const isGone = cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET'
  if (!isGone) throw cause
  throw new StorageError('ABORTED', 'The connection broke before all bytes came', { cause })
}

function conditionOf(ifMatch: string | undefined, ifNoneMatch: '*' | undefined): Condition {
  if (ifNoneMatch === undefined) return ifMatch === undefined ? {} : { ifMatch }
  if (ifMatch === undefined) return { ifNoneMatch }
  throw new StorageError('INVALID_ARGUMENT', 'Give ifMatch or ifNoneMatch, not both')
}
