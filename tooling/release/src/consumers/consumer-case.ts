/** What one service installs: core and one package more, or everything. */
import { runtimeDependencies, type PublicPackage } from '../public-packages.ts'

export interface ConsumerCase {
  readonly name: string
  /** Ours, in dependency order. */
  readonly packages: readonly PublicPackage[]
  /** Of others, that ours leave to the user to install, with their ranges. */
  readonly peers: Readonly<Record<string, string>>
  /** Whether one of ours needs the SDK of a cloud. */
  readonly mayHaveCloud: boolean
}

/** @param packages In dependency order, so that core is the first. */
export function consumerCases(packages: readonly PublicPackage[]): ConsumerCase[] {
  const [core, ...others] = packages
  if (core === undefined) return []
  const all = (chosen: readonly PublicPackage[], name: string): ConsumerCase => ({
    name,
    packages: chosen,
    peers: peersOf(chosen, packages),
    mayHaveCloud: withDependencies(chosen, packages).some(({ manifest }) =>
      runtimeDependencies(manifest).some(isCloud),
    ),
  })
  return [
    all([core], core.shortName),
    ...others.map((each) => all([core, each], `${core.shortName} + ${each.shortName}`)),
    all(packages, 'all'),
  ]
}

/** An SDK of a cloud, or a client of a server, that a service on files has no use for. */
export function isCloud(name: string): boolean {
  return /^(@azure\/|@aws-sdk\/|@smithy\/|ioredis$|neo4j-driver$)/.test(name)
}

function peersOf(
  chosen: readonly PublicPackage[],
  packages: readonly PublicPackage[],
): Record<string, string> {
  const peers = chosen.flatMap(({ manifest }) => Object.entries(manifest.peerDependencies ?? {}))
  return Object.fromEntries(peers.filter(([name]) => !packages.some((own) => own.name === name)))
}

function withDependencies(
  chosen: readonly PublicPackage[],
  packages: readonly PublicPackage[],
): PublicPackage[] {
  const found = new Set(chosen)
  for (const each of found) {
    for (const name of runtimeDependencies(each.manifest)) {
      const dependency = packages.find((other) => other.name === name)
      if (dependency !== undefined) found.add(dependency)
    }
  }
  return [...found]
}
