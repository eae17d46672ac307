/**
 * What this process holds open, counted: files and sockets, so that a test can tell a leak.
 *
 * On Linux `/proc/self/fd` knows all of them. Elsewhere the event loop's own list stands in, which
 * sees sockets and pending requests, but no file that is merely open.
 */
import { readdirSync } from 'node:fs'

/** How many files and sockets are open, and the event loop's resources by kind. */
export interface OpenHandles {
  /** Open file descriptors; undefined where the platform does not tell. */
  readonly descriptors: number | undefined
  /** Active resources by kind, for instance `{ TCPSocketWrap: 2 }`; timers are left out. */
  readonly resources: Readonly<Record<string, number>>
  /** The number to compare: descriptors, or else resources. */
  readonly count: number
}

/** Counts what is open now. */
export function openHandles(): OpenHandles {
  const resources: Record<string, number> = {}
  let active = 0
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind === 'Timeout' || kind === 'Immediate') continue
    resources[kind] = (resources[kind] ?? 0) + 1
    active++
  }
  const descriptors = countDescriptors()
  return { descriptors, resources, count: descriptors ?? active }
}

function countDescriptors(): number | undefined {
  try {
    // One of them is the directory that is being read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}

/** Handles that do not move for so long will not close any more. */
const stillMsMax = 1000

/**
 * Waits until no more than `countMax` handles are open, because sockets and files close behind the
 * call that released them. Gives the last count, whether it came down or not.
 */
export async function settledHandles(countMax: number, waitMsMax = 5000): Promise<OpenHandles> {
  const startMs = performance.now()
  let movedMs = startMs
  let last = openHandles()
  for (;;) {
    const nowMs = performance.now()
    const isOver = nowMs - startMs > waitMsMax || nowMs - movedMs > stillMsMax
    if (last.count <= countMax || isOver) return last
    await new Promise((resolve) => setTimeout(resolve, 10))
    const handles = openHandles()
    if (handles.count !== last.count) movedMs = nowMs
    last = handles
  }
}
