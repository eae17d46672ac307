/** All checks of the packed packages: our rules, publint, attw. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { CommandFailed, run, type CommandOptions } from '../command.ts'
import { runtimeDependencies, type PublicPackage } from '../public-packages.ts'
import { budgets } from './budgets.ts'
import { kibibytes, tarballFindings } from './tarball-rules.ts'
import { readTarball } from './tarball.ts'

export interface PackedPackage {
  readonly name: string
  readonly version: string
  readonly path: string
  /** Those of the same turn are published at once, those of the next one afterwards. */
  readonly turn: number
}

export interface TarballReport {
  readonly name: string
  readonly version: string
  readonly files: number
  readonly packedKiB: number
  readonly unpackedKiB: number
  readonly findings: readonly string[]
}

/** What `changeset pack` has put into a folder, in the order in which it is published. */
export function packedPackages(folder: string): PackedPackage[] {
  const { plan } = JSON.parse(readFileSync(join(folder, 'publish-plan.json'), 'utf8')) as {
    plan: { name: string; version: string; tarball?: { path: string } }[][]
  }
  return plan.flatMap((releases, turn) =>
    releases.flatMap(({ name, version, tarball }) =>
      tarball === undefined ? [] : [{ name, version, path: join(folder, tarball.path), turn }],
    ),
  )
}

/** Who installs a package at the moment when it is there has to find what it depends on, too. */
export function orderFindings(
  packed: readonly Pick<PackedPackage, 'name' | 'turn'>[],
  packages: readonly PublicPackage[],
): string[] {
  const turns = new Map(packed.map(({ name, turn }) => [name, turn]))
  return packages.flatMap(({ name, manifest }) =>
    runtimeDependencies(manifest)
      .filter((needed) => (turns.get(needed) ?? -1) >= (turns.get(name) ?? Infinity))
      .map((needed) => `${name} is published before ${needed}, which it depends on.`),
  )
}

export async function checkTarball(
  { name, version, path }: PackedPackage,
  packages: readonly PublicPackage[],
  options: CommandOptions,
): Promise<TarballReport> {
  const shortName = packages.find((each) => each.name === name)?.shortName ?? ''
  const tarball = await readTarball(path)
  const findings = tarballFindings(tarball, shortName, budgets[shortName])
  for (const [tool, ...args] of [
    ['publint', 'run', path, '--strict'],
    ['attw', path, '--profile', 'esm-only', '--no-emoji'],
  ] as const) {
    try {
      await run(tool, args, options)
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      findings.push(error.message)
    }
  }
  const unpackedBytes = [...tarball.files.values()].reduce((sum, size) => sum + size, 0)
  return {
    name,
    version,
    files: tarball.files.size,
    packedKiB: kibibytes(tarball.packedBytes),
    unpackedKiB: kibibytes(unpackedBytes),
    findings,
  }
}
