/** A file in parts. After whatever broke, the server says from which byte it goes on. */
import { answer, client } from '../../../../../web/api.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { UploadOpened, UploadProgress } from '../../../server/wire.ts'
import { send } from './send.ts'
import { answerMsMax } from './sessions.ts'
import type { Stepper, Transport } from './transport.ts'

const partBytesMin = 4 * 1024 ** 2
/** Larger parts lose more when a connection breaks. */
const partBytesMax = 8 * 1024 ** 2
/** The part after one that took less time is larger. */
const quickPartMs = 1000

/** The requests that bring a file in parts, one after the other. */
export function inParts(upload: Transport): Stepper {
  const { file, size, action, signal, onProgress, onNamed } = upload
  let serverId = upload.serverId
  /** Unknown at the beginning and after a failure. */
  let offset: number | undefined
  let partBytes = partBytesMin
  let isLast = false
  return {
    isLast: () => isLast,
    async next() {
      isLast = false
      if (offset === undefined || serverId === undefined) {
        const opened = await open(upload, serverId)
        serverId = opened.id
        onNamed({ kind: 'parts', id: serverId })
        signal.throwIfAborted()
        offset = opened.offset
      }
      const start = offset
      onProgress(start, false)
      isLast = start + partBytes >= size
      const begun = performance.now()
      const progress = await send<UploadProgress>(
        'PATCH',
        `/api/objects/uploads/${encodeURIComponent(serverId)}?offset=${start}`,
        file.slice(start, start + partBytes),
        { action, signal, onProgress: (bytes) => onProgress(start + bytes, false) },
      ).catch((error: unknown) => {
        offset = undefined
        throw error
      })
      if (progress.saved !== undefined) return { saved: progress.saved }
      const isQuick = performance.now() - begun < quickPartMs
      partBytes = isQuick ? partBytesMax : partBytesMin
      offset = progress.offset
      return { offset }
    },
  }
}

/** Where the upload stands; one that the server does not have is begun. */
async function open(upload: Transport, serverId: string | undefined): Promise<UploadOpened> {
  const { key, size, contentType, isOverwrite, fingerprint, action, signal } = upload
  const api = client<ObjectsApi>('objects', action)
  if (serverId !== undefined) {
    const { uploads } = await answer(api.uploads.$get({}, { init: { signal } }))
    const known = uploads.find(({ id }) => id === serverId)
    if (known !== undefined) return known
  }
  const json = { key, size, contentType, isOverwrite, fingerprint }
  // To its end, also when it is cancelled: without a name nobody can end it on the server.
  const init = { signal: abortedLate(signal) }
  return answer(api.uploads.$post({ json }, { init }))
}

/** Fires when a server that answers would have done so since. */
function abortedLate(signal: AbortSignal): AbortSignal {
  const late = new AbortController()
  const abort = (): void => void setTimeout(() => late.abort(signal.reason), answerMsMax)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return late.signal
}
