/**
 * Parts of the conformance kit, for stacks over a folder that differ from the whole runs in less.
 *
 * Whole runs are `durable`, `quick` and `layers`, which has every layer at once and its children
 * too. Each layer alone goes through the whole kit over memory, in `packages/core/test/layers`.
 */

interface Case {
  readonly group: string
}

/** Rules that no layer touches which only sees what bodies hold: keys and listings pass it by. */
const ofKeys = new Set(['key', 'list', 'delimiter', 'delete', 'persistence'])

/** For layers that the harness puts around the store of the test alone: children have none. */
export function notProcesses({ group }: Case): boolean {
  return group !== 'process'
}

/** For layers that store bodies in another form, or look at them. */
export function ofBodies({ group }: Case): boolean {
  return notProcesses({ group }) && !ofKeys.has(group)
}

/** For such layers that children have too. */
export function ofBodiesAndProcesses({ group }: Case): boolean {
  return !ofKeys.has(group)
}
