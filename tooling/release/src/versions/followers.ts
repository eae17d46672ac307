/**
 * Who has to break with whom.
 *
 * A package that moves out of the range of its dependents (`^0.1.0` does not take 0.2.0) takes them
 * along: changesets gives each a patch, so that a project which is at rest would get, as a patch of
 * a backend, a second and incompatible copy of core. So dependents make a step as large as that:
 * who stays at `^0.1` of everything stays with one core.
 */
import { runtimeDependencies, type PublicPackage } from '../public-packages.ts'
import { stepOf, type Changeset } from './changesets.ts'
import { breakingStep, isAtLeast, type Step } from './step.ts'

export interface Follower {
  readonly name: string
  readonly step: Step
  /** Those that it follows. */
  readonly dependencies: readonly string[]
}

/** @param packages In dependency order. */
export function followersOf(
  packages: readonly PublicPackage[],
  changesets: readonly Changeset[],
): Follower[] {
  const breaking = new Set<string>()
  const followers: Follower[] = []
  for (const { name, manifest } of packages) {
    const step = breakingStep(manifest.version)
    const dependencies = runtimeDependencies(manifest).filter((each) => breaking.has(each))
    const isBreaking = isAtLeast(stepOf(changesets, name), step)
    if (isBreaking || dependencies.length > 0) breaking.add(name)
    if (!isBreaking && dependencies.length > 0) followers.push({ name, step, dependencies })
  }
  return followers
}

/** The changeset that takes them along. */
export function followersChangeset(followers: readonly Follower[]): string {
  const head = followers.map(({ name, step }) => `'${name}': ${step}\n`).join('')
  const names = [...new Set(followers.flatMap(({ dependencies }) => dependencies))].sort()
  const list = names.map((name) => `\`${name}\``).join(', ')
  return `---\n${head}---\n\nGoes with the new version of ${list}: upgrade them together.\n`
}
