/** A request whose body is told as it goes, which `fetch` cannot do. */
import { actionHeader } from '../../../../../web/api.ts'
import { type Problem, ProblemError } from '../../../../../web/problem.ts'

export interface Sending {
  readonly action: string
  readonly signal: AbortSignal
  /** Bytes of the body that went so far. */
  readonly onProgress: (bytes: number) => void
}

/**
 * Sends bytes; the JSON of the answer. The browser reads the blob as it goes.
 *
 * @throws ProblemError for an answer that is no success, TypeError when there is none, the signal's
 * reason when it fires.
 */
export function send<T>(
  method: 'PUT' | 'PATCH',
  path: string,
  body: Blob,
  { action, signal, onProgress }: Sending,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const call = new XMLHttpRequest()
  const onAbort = (): void => call.abort()
  call.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
  call.addEventListener('load', () => {
    try {
      resolve(answerOf(call) as T)
    } catch (error) {
      reject(error)
    }
  })
  // As `fetch` calls it: `problemOf` knows it by these words.
  call.addEventListener('error', () => reject(new TypeError('A network error')))
  call.addEventListener('abort', () => reject(signal.reason as Error))
  if (signal.aborted) return Promise.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  call.open(method, path)
  call.setRequestHeader(actionHeader, action)
  call.setRequestHeader('content-type', 'application/octet-stream')
  call.send(body)
  return promise.finally(() => signal.removeEventListener('abort', onAbort))
}

function answerOf({ status, responseText }: XMLHttpRequest): unknown {
  if (status >= 200 && status < 300) return JSON.parse(responseText)
  let problem: Problem | undefined
  try {
    problem = (JSON.parse(responseText) as { error?: Problem }).error
  } catch {
    // What is between us and the server answered, or the server broke off.
  }
  throw new ProblemError(
    problem ?? {
      code: 'INTERNAL',
      message: `The playground answered with status ${status}.`,
      fix: 'Look at the terminal that runs it.',
    },
  )
}
