/**
 * Parts of the page that could not be loaded when they were needed. Their names carry a hash of the
 * content: a page that is older than the server asks for parts that are not there any more. Each
 * browser has other words for that, so the errors are remembered as the bundler tells them.
 */
const errors = new WeakSet<Error>()

/** Begins to remember them. */
export function followLostParts(): void {
  globalThis.addEventListener('vite:preloadError', ({ payload }) => errors.add(payload))
}

/** Whether the error says that a part of the page could not be loaded. */
export function isPartLost(error: unknown): boolean {
  return error instanceof Error && errors.has(error)
}
