/**
 * Uploads of large files, in pieces that can be sent again (the idea of tus, tus.io), and the end
 * of those that are cancelled.
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { atMost, listBytesMax } from '../../../server/body-limit.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { savedOf } from './details.ts'
import { contentTypeText, keyText, numberText } from './request.ts'
import type { Written } from './save.ts'
import type { UploadSessions } from './uploads/sessions.ts'
import type { WholeUploads } from './uploads/whole.ts'
import type { PendingUploads, UploadCancelled, UploadOpened, UploadProgress } from './wire.ts'

const uploadBody = v.object({
  key: keyText,
  size: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  contentType: contentTypeText,
  isOverwrite: v.boolean(),
  fingerprint: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
})
const idParam = v.object({ id: v.pipe(v.string(), v.uuid()) })
const offsetQuery = v.object({ offset: numberText(0, Number.MAX_SAFE_INTEGER) })

export function uploadRoutes(world: World, sessions: UploadSessions, whole: WholeUploads) {
  const cancelled = async (written: Written | undefined): Promise<UploadCancelled> =>
    written === undefined ? {} : { saved: await savedOf(world, written) }
  return new Hono()
    .get('/uploads', (context) => {
      return context.json({ uploads: sessions.pending } satisfies PendingUploads)
    })
    .post('/uploads', atMost(listBytesMax), valid('json', uploadBody), async (context) => {
      const { id, offset } = await sessions.open(context.req.valid('json'))
      return context.json({ id, offset } satisfies UploadOpened)
    })
    .patch(
      '/uploads/:id',
      valid('param', idParam),
      valid('query', offsetQuery),
      async (context) => {
        const session = sessions.get(context.req.valid('param').id)
        await session.take(context.req.valid('query').offset, context.req.raw.body)
        const written = await sessions.finish(session)
        const progress: UploadProgress = { offset: session.offset }
        if (written === undefined) return context.json(progress)
        const saved = await savedOf(world, written)
        return context.json<UploadProgress>({ ...progress, saved })
      },
    )
    .delete('/uploads/:id', valid('param', idParam), async (context) => {
      return context.json(await cancelled(await sessions.cancel(context.req.valid('param').id)))
    })
    .delete('/upload/:id', valid('param', idParam), async (context) => {
      return context.json(await cancelled(await whole.cancel(context.req.valid('param').id)))
    })
}
