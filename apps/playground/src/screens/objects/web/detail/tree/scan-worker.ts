/** Reads large JSON texts beside the page, so that it goes on answering. */
import { isFault, scanJson } from './scan-json.ts'

self.addEventListener('message', ({ data }: MessageEvent<string>) => {
  const result = scanJson(data)
  const arrays = isFault(result)
    ? []
    : Object.values(result).filter((field) => field instanceof Uint32Array)
  self.postMessage(result, { transfer: arrays.map(({ buffer }) => buffer as ArrayBuffer) })
})
