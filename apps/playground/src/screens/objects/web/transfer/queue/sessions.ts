/** What the server has: of uploads in parts, and at the keys that uploads want. */
import { answer, client } from '../../../../../web/api.ts'
import { problemOf } from '../../../../../web/problem.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { PendingUpload, Saved, UploadCancelled } from '../../../server/wire.ts'

/** How the server knows an upload: one in parts, or a request that brings all of it. */
export interface ServerName {
  readonly kind: 'parts' | 'whole'
  readonly id: string
}

/** A server that does not answer does not keep the row of a cancelled upload. */
export const answerMsMax = 15_000

/**
 * Ends an upload on the server. What it wrote, when that was too late; `unknown` when the server
 * does not say. One that is over otherwise is no failure: it wrote nothing.
 */
export async function cancelOnServer({
  kind,
  id,
}: ServerName): Promise<Saved | 'unknown' | undefined> {
  const api = client<ObjectsApi>('objects')
  const route = { parts: api.uploads[':id'], whole: api.upload[':id'] }[kind]
  const init = { signal: AbortSignal.timeout(answerMsMax) }
  const call = route.$delete({ param: { id } }, { init })
  try {
    return (await answer<UploadCancelled>(call)).saved
  } catch (error) {
    return problemOf(error).code === 'NOT_FOUND' ? undefined : 'unknown'
  }
}

/** The uploads that wait for bytes. */
export async function pendingOnServer(): Promise<readonly PendingUpload[]> {
  const api = client<ObjectsApi>('objects')
  const { uploads } = await answer(api.uploads.$get())
  return uploads
}

/** The server looks at so many keys at once. */
const keysMax = 1000

/** Those of the keys at which something is, with its size. */
export async function takenOf(keys: readonly string[]): Promise<Map<string, number>> {
  const api = client<ObjectsApi>('objects')
  const taken = new Map<string, number>()
  for (let at = 0; at < keys.length; at += keysMax) {
    const part = keys.slice(at, at + keysMax)
    const { rows } = await answer(api.rows.$post({ json: { keys: part } }))
    for (const row of rows) if (row !== null) taken.set(row.key, row.size)
  }
  return taken
}
