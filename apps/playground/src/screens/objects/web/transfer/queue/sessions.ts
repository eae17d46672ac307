/** What the server has: of uploads in parts, and at the keys that uploads want. */
import { answer, client } from '../../../../../web/api.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { PendingUpload } from '../../../server/wire.ts'

/** Ends an upload on the server. One that is over already is no failure, nor a server that is. */
export async function cancelOnServer(serverId: string | undefined): Promise<void> {
  if (serverId === undefined) return
  const api = client<ObjectsApi>('objects')
  const call = api.uploads[':id'].$delete({ param: { id: serverId } })
  await answer(call).catch(() => undefined)
}

/** The uploads that wait for bytes. */
export async function pendingOnServer(): Promise<readonly PendingUpload[]> {
  const api = client<ObjectsApi>('objects')
  const { uploads } = await answer(api.uploads.$get())
  return uploads
}

/** The server looks at so many keys at once. */
const keysMax = 1000

/** Those of the keys at which something is. */
export async function takenOf(keys: readonly string[]): Promise<Set<string>> {
  const api = client<ObjectsApi>('objects')
  const taken = new Set<string>()
  for (let at = 0; at < keys.length; at += keysMax) {
    const part = keys.slice(at, at + keysMax)
    const { rows } = await answer(api.rows.$post({ json: { keys: part } }))
    for (const row of rows) if (row !== null) taken.add(row.key)
  }
  return taken
}
