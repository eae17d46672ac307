import type { JsonFault } from '../tree/scan-json.ts'
import { formatJson } from './format-json.ts'

/** Shorter texts are laid out at once: a worker takes longer to begin. */
const inlineCharsMax = 128 * 1024

/** As {@link formatJson}, without holding up the page. */
export async function formatBeside(text: string): Promise<string | JsonFault> {
  if (text.length <= inlineCharsMax) return formatJson(text)
  const worker = new Worker(new URL('./format-worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise((done, fail) => {
      worker.addEventListener('message', ({ data }: MessageEvent<string | JsonFault>) => done(data))
      worker.addEventListener('error', ({ message }) =>
        fail(new Error(`The text could not be laid out. ${message}`)),
      )
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
      worker.postMessage(text)
    })
  } finally {
    worker.terminate()
  }
}
