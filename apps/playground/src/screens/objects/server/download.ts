/** An object as a file to save: whole or in part, in constant memory (RFC 9110, section 14). */
import {
  type ByteRange,
  isStorageError,
  StorageError,
  type StorageManager,
  type StoredBody,
} from '@aos-storage/core'
import type { Context } from 'hono'
import { problemOf } from '../../../server/problem.ts'
import { rangeOf } from './byte-range.ts'
import { sendStored } from './stored-bytes.ts'

/** Answers `GET` and `HEAD` of an object's content. @throws StorageError `NOT_FOUND`. */
export async function download(
  context: Context,
  storage: StorageManager,
  key: string,
): Promise<Response> {
  // Ranges are defined for GET alone.
  const range = context.req.method === 'GET' ? rangeOf(context.req.header('range')) : undefined
  const body = await open(storage, key, range, context.req.header('if-range'))
  if (body === 'unsatisfiable') return unsatisfiable(context, storage, key)
  const { info, start, end } = body
  const whole = { 'accept-ranges': 'bytes' }
  if (end - start === info.size) return sendStored(context, body, 200, whole)
  const part = { ...whole, 'content-range': `bytes ${start}-${end - 1}/${info.size}` }
  return sendStored(context, body, 206, part)
}

/** The part that was asked for; the whole when `If-Range` names another version. */
async function open(
  storage: StorageManager,
  key: string,
  range: ByteRange | undefined,
  ifRange: string | undefined,
): Promise<StoredBody | 'unsatisfiable'> {
  const whole = (): Promise<StoredBody> => storage.readStream(key, { foreign: true })
  // A weak tag or a date names no version: our answers have neither.
  const version = /^"([!#-~]+)"$/.exec(ifRange ?? '')?.[1]
  if (range === undefined || (ifRange !== undefined && version === undefined)) return whole()
  try {
    const body = await storage.readStream(key, { range, ifMatch: version, foreign: true })
    if (body.start < body.end) return body
    await body.cancel()
    return 'unsatisfiable'
  } catch (error) {
    if (isStorageError(error, 'PRECONDITION_FAILED')) return whole()
    if (isStorageError(error, 'INVALID_ARGUMENT') && error.status === 416) return 'unsatisfiable'
    throw error
  }
}

async function unsatisfiable(
  context: Context,
  storage: StorageManager,
  key: string,
): Promise<Response> {
  const { size } = await storage.stat(key, { foreign: true })
  const error = new StorageError(
    'INVALID_ARGUMENT',
    `No byte of the range is within the ${size} bytes`,
  )
  return context.json({ error: problemOf(error).problem }, 416, {
    'content-range': `bytes */${size}`,
  })
}
