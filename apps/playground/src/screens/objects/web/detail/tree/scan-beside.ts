import type { JsonNodes } from './json-nodes.ts'
import { type JsonFault, scanJson } from './scan-json.ts'

/** Shorter texts are read at once: a worker takes longer to begin. */
const inlineCharsMax = 128 * 1024

/** The values of a text, read without holding up the page. @throws AbortError */
export async function scanBeside(
  text: string,
  signal: AbortSignal,
): Promise<JsonNodes | JsonFault> {
  if (text.length <= inlineCharsMax) return scanJson(text)
  const worker = new Worker(new URL('./scan-worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise((done, fail) => {
      worker.addEventListener('message', ({ data }: MessageEvent<JsonNodes | JsonFault>) =>
        done(data),
      )
      worker.addEventListener('error', ({ message }) =>
        fail(new Error(`The text could not be read as JSON. ${message}`)),
      )
      signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
      worker.postMessage(text)
    })
  } finally {
    worker.terminate()
  }
}
