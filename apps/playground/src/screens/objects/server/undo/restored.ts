/**
 * Which version stands for an older one: undo writes what was there as a new version, and the
 * actions before it are to be undone over that one.
 *
 * Invariant: bounded; what was restored longest ago is forgotten first, and then the actions before
 * it fail as if somebody else had written.
 */

const versionsMax = 250_000

export class RestoredVersions {
  /** By key and version. */
  readonly #successors = new Map<string, string>()

  /** Notes that a key has the content of `was` again, as version `now`. */
  note(key: string, was: string, now: string): void {
    // Where etags are of the content, the same content is the same version.
    if (was === now) return
    this.#successors.set(nameOf(key, was), now)
    const [oldest] = this.#successors.keys()
    if (this.#successors.size > versionsMax) this.#successors.delete(oldest!)
  }

  /** The version that holds now what `etag` of the key held, as far as undo knows. */
  current(key: string, etag: string): string {
    let current = etag
    for (;;) {
      const next = this.#successors.get(nameOf(key, current))
      if (next === undefined) return current
      current = next
    }
  }

  clear(): void {
    this.#successors.clear()
  }
}

/** An etag holds no line break: it travels in headers. */
function nameOf(key: string, etag: string): string {
  return `${etag}\n${key}`
}
