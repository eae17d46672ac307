/** Parts of the conformance kit; `plain` and `layers` run it whole. */

/** What is the same however bodies go up and come down. */
const ofKeys = new Set(['key', 'list', 'delimiter', 'delete', 'persistence'])

/** For other ways of bodies, which a process may die on. */
export function ofBodiesAndProcesses({ group }: { readonly group: string }): boolean {
  return !ofKeys.has(group)
}
