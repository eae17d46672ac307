/** One object, or an old version of it: what is known of it, and its bytes in several guises. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { comparable } from './comparable.ts'
import { detailsOf } from './details.ts'
import { download } from './download.ts'
import { storeOfVersion } from './extras/version-view.ts'
import { image } from './image.ts'
import { etagText, keyText, numberText, versionText } from './request.ts'
import { sendStored } from './stored-bytes.ts'
import { valueText } from './value-text.ts'
import type { Comparable, ValueText } from './wire.ts'

const pieceBytesMax = 1024 ** 2
const pieceBytesDefault = 64 * 1024

const keyQuery = v.object({ key: keyText, version: v.optional(versionText) })
const versionQuery = v.object({ ...keyQuery.entries, etag: v.optional(etagText) })
const piece = v.object({
  ...versionQuery.entries,
  offset: v.optional(numberText(0, Number.MAX_SAFE_INTEGER), '0'),
  length: v.optional(numberText(1, pieceBytesMax), String(pieceBytesDefault)),
})

export function objectRoutes(world: World) {
  return new Hono()
    .get('/object', valid('query', keyQuery), async (context) => {
      const { key, version } = context.req.valid('query')
      return context.json({ ...(await detailsOf(worldOf(world, version), key)), version })
    })
    .get('/bytes', valid('query', piece), async (context) => {
      const { key, version, offset, length, etag } = context.req.valid('query')
      const { storage } = worldOf(world, version)
      const range = { offset, length }
      const body = await storage.readStream(key, { range, ifMatch: etag, foreign: true })
      return sendStored(context, body, 200, {
        'x-object-start': String(body.start),
        'x-object-size': String(body.info.size),
      })
    })
    .get('/value', valid('query', versionQuery), async (context) => {
      const { key, version, etag } = context.req.valid('query')
      const { storage } = worldOf(world, version)
      const text = await valueText(storage, key, etag, context.req.raw.signal)
      return context.json({ text } satisfies ValueText)
    })
    .get('/comparable', valid('query', keyQuery), async (context) => {
      const { key, version } = context.req.valid('query')
      const found = await comparable(worldOf(world, version), key, context.req.raw.signal)
      const details = { ...found.details, version }
      return context.json({ ...found, details } satisfies Comparable)
    })
    .get('/image', valid('query', versionQuery), (context) => {
      const { key, version, etag } = context.req.valid('query')
      return image(context, worldOf(world, version), key, etag)
    })
    .get('/content', valid('query', keyQuery), (context) => {
      const { key, version } = context.req.valid('query')
      return download(context, worldOf(world, version).storage, key)
    })
}

/** The world in which the key holds an old version. */
function worldOf(world: World, version: string | undefined): World {
  if (version === undefined) return world
  return { ...world, storage: storeOfVersion(world.storage, version), files: undefined }
}
