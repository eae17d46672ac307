/** `pnpm api:check` and `pnpm api:update`, over all public packages. */
import { publicPackages, type PublicPackage } from '../public-packages.ts'
import { readChangesets } from '../versions/changesets.ts'
import { entriesOf } from './entry.ts'
import { readSnapshots, writeSnapshots } from './snapshot-files.ts'
import { snapshotsOf } from './snapshot.ts'
import { missingSteps } from './verdict.ts'

/** What is wrong, one line each. The packages must be built. */
export function apiFindings(root: string): string[] {
  const changesets = readChangesets(root)
  return publicPackages(root).flatMap((each) => {
    const current = snapshotsOf(entriesOf(each))
    const committed = readSnapshots(each, 'current')
    const stale = [...current].filter(([name, text]) => committed?.get(name) !== text)
    const gone = [...(committed?.keys() ?? [])].filter((name) => !current.has(name))
    const staleNames = [...stale.map(([name]) => name), ...gone]
    const released = readSnapshots(each, 'released')
    const { name, manifest } = each
    return [
      ...staleNames.map(
        (entry) =>
          `The types of ${entry} are not those of packages/${each.shortName}/api: look at the ` +
          'difference with `pnpm api:update && git diff`, and commit it if it is meant.',
      ),
      ...missingSteps({ name, version: manifest.version, released, current }, changesets),
    ]
  })
}

/** Writes down what is built. */
export function updateApi(root: string): PublicPackage[] {
  const packages = publicPackages(root)
  for (const each of packages) writeSnapshots(each, 'current', snapshotsOf(entriesOf(each)))
  return packages
}

/** What is written down becomes what the next changes are judged against. */
export function markApiReleased(packages: readonly PublicPackage[]): void {
  for (const each of packages) {
    const current = readSnapshots(each, 'current')
    if (current === undefined) {
      throw new Error(`packages/${each.shortName}/api is missing: run \`pnpm api:update\`.`)
    }
    writeSnapshots(each, 'released', current)
  }
}
