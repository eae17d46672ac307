/** `pnpm release:version`: what the version pull request holds. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { markApiReleased } from '../api/api-check.ts'
import { run, type CommandOptions } from '../command.ts'
import { publicPackages, type PublicPackage } from '../public-packages.ts'
import { readChangesets } from './changesets.ts'
import { followersChangeset, followersOf } from './followers.ts'

/** Consumes the changesets of the workspace at `root`; tells the packages that have moved. */
export async function releaseVersion(
  root: string,
  options: Omit<CommandOptions, 'cwd'>,
): Promise<PublicPackage[]> {
  const changesets = readChangesets(root)
  // They were consumed already; changesets would call that a failure.
  if (changesets.length === 0) return []
  const before = publicPackages(root)
  const followers = followersOf(before, changesets)
  const added = join(root, '.changeset', 'followers.md')
  if (followers.length > 0) writeFileSync(added, followersChangeset(followers))
  try {
    await run('changeset', ['version'], { ...options, cwd: root })
  } catch (error) {
    // It would stay as if an author had written it, also when nobody has to follow any more.
    if (followers.length > 0) rmSync(added, { force: true })
    throw error
  }
  const versions = new Map(before.map(({ name, manifest }) => [name, manifest.version]))
  const moved = publicPackages(root).filter(
    ({ name, manifest }) => manifest.version !== versions.get(name),
  )
  markApiReleased(moved)
  return moved
}
