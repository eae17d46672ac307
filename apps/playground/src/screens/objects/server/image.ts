/** Objects as images for `<img>`: only what its own bytes show to be one, and inert. */
import { StorageError } from '@aos-storage/core'
import type { Context } from 'hono'
import type { World } from '../../../server/world.ts'
import { headOf } from './details.ts'
import { isSvg, rasterType } from './image-type.ts'
import { sendStored } from './stored-bytes.ts'

const imageBytesMax = 32 * 1024 ** 2
/** An SVG that is opened in a tab could run scripts; it may style itself and nothing else. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/** @throws StorageError `UNSUPPORTED` for what is no image, or a too large one. */
export async function image(
  context: Context,
  world: World,
  key: string,
  etag: string | undefined,
): Promise<Response> {
  const { info, bytes } = await headOf(world, key, etag)
  if (info.size > imageBytesMax) {
    throw unsupported(key, `It is ${info.size} bytes; images of up to ${imageBytesMax} are shown`)
  }
  const type = rasterType(bytes) ?? (isSvg(bytes) ? 'image/svg+xml' : undefined)
  if (type === undefined) throw unsupported(key, 'Its bytes are not those of an image')
  // A blob or frame made of it would have the rights of our page.
  const use = context.req.header('sec-fetch-dest') ?? 'image'
  if (type === 'image/svg+xml' && use !== 'image') {
    throw unsupported(key, 'An SVG is given to an <img> only')
  }
  const { storage } = world
  const body = await storage.readStream(key, { ifMatch: info.etag, foreign: true })
  return sendStored(context, body, 200, {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
  })
}

function unsupported(key: string, message: string): StorageError {
  return new StorageError('UNSUPPORTED', `${message}; download it instead`, { key })
}
