/**
 * Whether the waiting changesets carry what changed in the public types since the last release.
 *
 * A package that was never released has nothing to break; it needs the `minor` of its first
 * version.
 */
import type { Changeset } from '../versions/changesets.ts'
import { stepOf } from '../versions/changesets.ts'
import { additionStep, breakingStep, isAtLeast, type Step } from '../versions/step.ts'
import { changesBetween, type Change, type Snapshots } from './difference.ts'

export interface PackageTypes {
  readonly name: string
  readonly version: string
  /** As of the last release; undefined before the first. */
  readonly released: Snapshots | undefined
  readonly current: Snapshots
}

/** What is missing, one line each; none when the changesets carry everything. */
export function missingSteps(types: PackageTypes, changesets: readonly Changeset[]): string[] {
  const { name, version, released, current } = types
  const given = stepOf(changesets, name)
  if (released === undefined) {
    if (version !== '0.0.0') {
      return [`${name} has no types of ${version} to compare with: bring api/released back.`]
    }
    if (isAtLeast(given, 'minor')) return []
    return [`${name} was never released: add a changeset with '${name}': minor.`]
  }
  const compatible = changesets
    .filter(({ steps }) => steps.has(name))
    .flatMap((changeset) => changeset.compatible)
  return changesBetween(released, current).flatMap((change) => {
    const isDeclared = change.name !== undefined && compatible.includes(change.name)
    const isBreaking = change.kind === 'breaking' && !(isDeclared && change.what === 'changed')
    const needed = isBreaking ? breakingStep(version) : additionStep(version)
    return isAtLeast(given, needed) ? [] : [finding(change, name, version, needed)]
  })
}

function finding(change: Change, name: string, version: string, needed: Step): string {
  const subject = change.name === undefined ? change.entry : `${change.name} of ${change.entry}`
  const way = change.kind === 'breaking' ? 'which may break users' : 'which adds to it'
  const escape =
    change.what === 'changed' ? `, or a line "Compatible: ${change.name}" if it breaks nobody` : ''
  const verb = change.what === 'grown' ? 'has' : 'was'
  return (
    `${subject} ${verb} ${change.what} since ${version}, ${way}: ` +
    `add a changeset with '${name}': ${needed}${escape}.`
  )
}
