/** All checks of the packed packages: our rules, publint, attw. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { CommandFailed, run, type CommandOptions } from '../command.ts'
import type { PublicPackage } from '../public-packages.ts'
import { budgets } from './budgets.ts'
import { kibibytes, tarballFindings } from './tarball-rules.ts'
import { readTarball } from './tarball.ts'

export interface PackedPackage {
  readonly name: string
  readonly version: string
  readonly path: string
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
  return plan
    .flat()
    .flatMap(({ name, version, tarball }) =>
      tarball === undefined ? [] : [{ name, version, path: join(folder, tarball.path) }],
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
