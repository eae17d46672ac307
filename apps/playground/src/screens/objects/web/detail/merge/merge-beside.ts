import { type Merged, mergeLines, type Versions } from './merge-lines.ts'

/** Shorter texts are merged at once. */
const inlineCharsMax = 20_000
const timeoutMs = 5000

/** A merge that does not hold up the page. Undefined when it would take too long. */
export async function mergeBeside(
  versions: Versions,
  signal: AbortSignal,
): Promise<Merged | undefined> {
  const { base, mine, theirs } = versions
  if (base.length + mine.length + theirs.length <= inlineCharsMax) return mergeLines(versions)
  const worker = new Worker(new URL('./merge-worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise((done, fail) => {
      const late = AbortSignal.timeout(timeoutMs)
      late.addEventListener('abort', () => done(undefined), { once: true })
      signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
      // Without a merge one still has both texts side by side.
      worker.addEventListener('error', () => done(undefined), { once: true })
      worker.addEventListener('message', ({ data }: MessageEvent<Merged>) => done(data))
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
      worker.postMessage(versions)
    })
  } finally {
    worker.terminate()
  }
}
