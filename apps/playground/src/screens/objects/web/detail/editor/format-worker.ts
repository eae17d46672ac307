/** Lays large JSON texts out beside the page, so that it goes on answering. */
import { formatJson } from './format-json.ts'

self.addEventListener('message', ({ data }: MessageEvent<string>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
  self.postMessage(formatJson(data))
})
