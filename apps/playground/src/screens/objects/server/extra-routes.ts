/** What some services can do beside the contract: versions, access tiers, signed links. */
import {
  presignSecondsMax,
  type PresignedRequest,
  StorageError,
  type StorageManager,
  supports,
} from '@aos-storage/core'
import { Hono } from 'hono'
import * as v from 'valibot'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { savedOf } from './details.ts'
import { setTier, tierOf } from './extras/tiers.ts'
import { deleteVersion, listVersions, restoreVersion } from './extras/versions.ts'
import { contentTypeText, keyText, versionText } from './request.ts'
import type { UndoJournal } from './undo/journal.ts'
import type { SignedRequest } from './wire.ts'

const keyQuery = v.object({ key: keyText })
const versionBody = v.object({ key: keyText, id: versionText })
const tierBody = v.object({
  key: keyText,
  tier: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  priority: v.optional(v.picklist(['standard', 'high'])),
})
const linkBody = v.object({
  key: keyText,
  method: v.picklist(['GET', 'PUT']),
  seconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(presignSecondsMax)),
  contentType: v.optional(contentTypeText),
})

export function extraRoutes(world: World, journal: UndoJournal) {
  const { storage, place } = world
  return new Hono()
    .get('/versions', valid('query', keyQuery), async (context) => {
      const { key } = context.req.valid('query')
      return context.json(await listVersions(storage, key, context.req.raw.signal))
    })
    .post(
      '/versions/restore',
      atMost(commandBytesMax),
      valid('json', versionBody),
      async (context) => {
        const { key, id } = context.req.valid('json')
        return context.json(await savedOf(world, await restoreVersion(storage, journal, key, id)))
      },
    )
    .post(
      '/versions/delete',
      atMost(commandBytesMax),
      valid('json', versionBody),
      async (context) => {
        const { key, id } = context.req.valid('json')
        return context.json({ isDeleted: await deleteVersion(storage, key, id) })
      },
    )
    .get('/tier', valid('query', keyQuery), async (context) => {
      const { key } = context.req.valid('query')
      return context.json(await tierOf(storage, place, key, context.req.raw.signal))
    })
    .put('/tier', atMost(commandBytesMax), valid('json', tierBody), async (context) =>
      context.json(await setTier(storage, place, context.req.valid('json'))),
    )
    .post('/link', atMost(commandBytesMax), valid('json', linkBody), async (context) => {
      const { key, method, seconds, contentType } = context.req.valid('json')
      // A secret until it expires: nobody keeps it.
      context.header('cache-control', 'no-store')
      const options = { method, expiresInSeconds: seconds, contentType }
      return context.json(toldOf(await presigned(storage, key, options)))
    })
}

function presigned(
  { backend }: StorageManager,
  key: string,
  options: {
    readonly method: 'GET' | 'PUT'
    readonly expiresInSeconds: number
    readonly contentType: string | undefined
  },
): Promise<PresignedRequest> {
  if (supports(backend, 'presign')) return backend.presign(key, options)
  throw new StorageError('UNSUPPORTED', 'This backend signs no links, or its credentials cannot')
}

function toldOf({ url, headers, expiresAt }: PresignedRequest): SignedRequest {
  return { url, headers, expiresAt: expiresAt.toISOString() }
}
