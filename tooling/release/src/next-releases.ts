/**
 * Releases after the first, made up in the copy, to see that each publishes what it must and
 * nothing else: one for a fix of one package, one for a breaking change of core.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { run, type CommandOptions } from './command.ts'
import { versionsIn } from './loopback-registry.ts'
import { publicPackages, runtimeDependencies, type PublicPackage } from './public-packages.ts'
import { commitAll } from './release-copy.ts'
import { releaseVersion } from './versions/release-version.ts'
import { breakingStep, type Step } from './versions/step.ts'

export interface NextRelease {
  /** What was changed, and how far. */
  readonly changed: string
  /** `name@version`, as the registry has them. */
  readonly published: readonly string[]
  readonly failures: readonly string[]
}

export interface ReleaseOptions extends Omit<CommandOptions, 'cwd'> {
  readonly copy: string
  readonly registry: string
  /** Where tarballs are packed, a new folder for each release. */
  readonly packed: string
}

/** Versions, packs and publishes whatever the changesets in the copy say. */
export async function releaseCopy(
  name: string,
  { copy, packed, ...options }: ReleaseOptions,
): Promise<string> {
  await releaseVersion(copy, options)
  await commitAll(copy, name, options)
  const folder = join(packed, name)
  await run('changeset', ['pack', '--out-dir', folder], { ...options, cwd: copy })
  return folder
}

export async function publishPacked(
  folder: string,
  { copy, env, signal }: ReleaseOptions,
): Promise<void> {
  await run('changeset', ['publish', '--from-pack-dir', folder], { cwd: copy, env, signal })
}

export async function nextReleases(options: ReleaseOptions): Promise<NextRelease[]> {
  const packages = publicPackages(options.copy)
  const core = packages[0]
  const hasDependents = ({ name }: PublicPackage): boolean =>
    packages.some(({ manifest }) => runtimeDependencies(manifest).includes(name))
  // One in the middle tells most: those above it stay where they are.
  const others = packages.slice(1)
  const other = others.find(hasDependents) ?? others[0]
  if (core === undefined || other === undefined) return []
  const dependents = packages.filter(({ manifest }) =>
    runtimeDependencies(manifest).includes(core.name),
  )
  return [
    await oneRelease('fix', other, 'patch', [other.name], options),
    await oneRelease('core-fix', core, 'patch', [core.name], options),
    await oneRelease(
      'core-break',
      core,
      breakingStep(core.manifest.version),
      [core, ...dependents].map(({ name }) => name),
      options,
    ),
  ]
}

async function oneRelease(
  title: string,
  changed: PublicPackage,
  step: Step,
  expected: readonly string[],
  options: ReleaseOptions,
): Promise<NextRelease> {
  const { copy, registry } = options
  const text = `---\n'${changed.name}': ${step}\n---\n\nA release of the release check.\n`
  writeFileSync(join(copy, '.changeset', `${title}.md`), text)
  await commitAll(copy, `A change: ${title}`, options)
  const before = await allVersions(copy, registry)
  await publishPacked(await releaseCopy(title, options), options)
  const published = [...(await allVersions(copy, registry))].filter((each) => !before.has(each))
  const names = published.map((each) => each.slice(0, each.lastIndexOf('@')))
  const line = `${changed.name} ${step}`
  const isSame = [...names].sort().join() === [...expected].sort().join()
  const failures = isSame
    ? []
    : [`${line} published ${names.join(', ') || 'nothing'}, not ${expected.join(', ')}.`]
  if (title === 'core-break') {
    const core = publicPackages(copy)[0]?.manifest.version ?? ''
    failures.push(
      ...published
        .filter((each) => !isBreakingVersion(each.slice(each.lastIndexOf('@') + 1)))
        .map((each) => `${each} goes with core ${core}, but its version looks like a fix.`),
    )
  }
  return { changed: line, published, failures }
}

/** 0.x.0 and x.0.0 are outside of the `^` range of all before them. */
function isBreakingVersion(version: string): boolean {
  return version.startsWith('0.') ? version.endsWith('.0') : version.endsWith('.0.0')
}

async function allVersions(copy: string, registry: string): Promise<Set<string>> {
  const all = new Set<string>()
  for (const { name } of publicPackages(copy)) {
    for (const version of await versionsIn(registry, name)) all.add(`${name}@${version}`)
  }
  return all
}
