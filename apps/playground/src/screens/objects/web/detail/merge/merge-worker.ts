/** Merges beside the page: many equal lines take long. */
import { mergeLines, type Versions } from './merge-lines.ts'

self.addEventListener('message', ({ data }: MessageEvent<Versions>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
  self.postMessage(mergeLines(data))
})
