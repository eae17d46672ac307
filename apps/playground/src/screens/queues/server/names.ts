/** Poison queues by their names, as `consume` chooses them by itself. */
const suffix = '-poison'

export function poisonOf(queue: string): string {
  return `${queue}${suffix}`
}

/** The queue whose messages end there: none, or one. */
export function poisonedBy(queue: string): readonly string[] {
  return queue.endsWith(suffix) ? [queue.slice(0, -suffix.length)] : []
}
