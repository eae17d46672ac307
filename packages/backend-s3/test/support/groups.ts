/**
 * Parts of the conformance kit, for stores that differ from the whole runs in less. Whole runs are
 * `plain` and `layers` on the gateway, and `simulated-aws`.
 */

interface Case {
  readonly group: string
}

/** What is the same however bodies go up and come down. */
const ofKeys = new Set(['key', 'list', 'delimiter', 'delete', 'persistence'])

/** What is the same whatever a write can be made to depend on. */
const ofReading = new Set(['key', 'list', 'delimiter', 'persistence', 'read', 'range', 'handle'])

/** What is the same in a bucket that keeps versions. */
const ofBytes = new Set(['key', 'persistence', 'range', 'source', 'metadata', 'handle'])

/** For stores that differ from another one, which has them, in nothing that processes see. */
export function notProcesses({ group }: Case): boolean {
  return group !== 'process'
}

/** For other ways of bodies, up or down. */
export function ofBodies({ group }: Case): boolean {
  return notProcesses({ group }) && !ofKeys.has(group)
}

/** For other ways of bodies that a process may die on. */
export function ofBodiesAndProcesses({ group }: Case): boolean {
  return !ofKeys.has(group)
}

/** For buckets that keep the versions of objects: of names and of bytes they know no more. */
export function ofVersions({ group }: Case): boolean {
  return notProcesses({ group }) && !ofBytes.has(group)
}

/** For servers that know other conditions of writes. */
export function ofConditions({ group }: Case): boolean {
  return notProcesses({ group }) && !ofReading.has(group)
}
