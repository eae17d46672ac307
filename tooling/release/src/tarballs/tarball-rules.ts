/** What every tarball has to be, before and beside what publint and attw look at. */
import type { Manifest } from '../public-packages.ts'
import { runtimeDependencies } from '../public-packages.ts'
import type { Budget } from './budgets.ts'
import type { Tarball } from './tarball.ts'

/** @param shortName Of its folder under `packages/`. */
export function tarballFindings(
  tarball: Tarball,
  shortName: string,
  budget: Budget | undefined,
): string[] {
  return [
    ...fileFindings(tarball),
    ...sizeFindings(tarball, budget),
    ...manifestFindings(tarball.manifest, shortName),
    ...dependencyFindings(tarball.manifest),
    ...exportFindings(tarball),
    ...secretFindings(tarball),
  ]
}

const allowed =
  /^(dist\/.+\.(js|d\.ts|map)|src\/.+\.ts|schema\/.+\.json|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/
const ofTests = /^bench\/|(^|\/)(test|tests|__tests__|fixtures)\/|\.(test|spec|bench)\.[cm]?[jt]s$/
const leftover = /\.tsbuildinfo$|(^|\/)\.|\.log$/

function fileFindings({ files, readme }: Tarball): string[] {
  const findings = [...files.keys()]
    .filter((path) => !allowed.test(path) || ofTests.test(path) || leftover.test(path))
    .map((path) => `holds ${path}, which is for nobody who installs it.`)
  for (const needed of ['README.md', 'LICENSE']) {
    if ((files.get(needed) ?? 0) === 0) findings.push(`has no ${needed}.`)
  }
  for (const folder of ['dist/', 'src/']) {
    if (![...files.keys()].some((path) => path.startsWith(folder))) {
      findings.push(`has nothing under ${folder}; is it built?`)
    }
  }
  if (readme !== '' && !readme.startsWith('# ')) findings.push('has a README without a title.')
  return findings
}

function sizeFindings({ files, packedBytes }: Tarball, budget: Budget | undefined): string[] {
  const unpackedBytes = [...files.values()].reduce((sum, size) => sum + size, 0)
  const sizes = { packedKiB: kibibytes(packedBytes), unpackedKiB: kibibytes(unpackedBytes) }
  if (budget === undefined) {
    return [`has no budget; give it one in budgets.ts: it is ${JSON.stringify(sizes)}.`]
  }
  return (['packedKiB', 'unpackedKiB'] as const)
    .filter((name) => sizes[name] > budget[name])
    .map((name) => `is larger than its budget: ${name} ${sizes[name]}, of ${budget[name]}.`)
}

export function kibibytes(bytes: number): number {
  return Math.ceil(bytes / 1024)
}

/** Shapes of secrets, with what they are. What Amazon's manual and Azurite print is none. */
const secrets: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[\w+/=]{20}/],
  ['an access key of AWS', /\b(AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b/],
  ['an account key of Azure', /AccountKey=(?!Eby8vdM02xNOcqFlqUwJPLlmEtlCD)[\w+/]{80,}==/],
  ['a token of GitHub', /\b(gh[pousr]_\w{36}|github_pat_\w{40})/],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{36}\b|_authToken=(?!\$)[\w-]{20}/],
]

/** The finding does not hold the secret: it goes into a log. */
function secretFindings({ texts }: Tarball): string[] {
  return [...texts].flatMap(([path, text]) =>
    secrets
      .filter(([, shape]) => shape.test(text))
      .map(([what]) => `holds what looks like ${what}, in ${path}.`),
  )
}

/** With what npm asks of a provenance statement: the repository that it was built from. */
function manifestFindings(manifest: Manifest, shortName: string): string[] {
  const { repository, publishConfig, engines, scripts = {} } = manifest
  const checks: readonly (readonly [boolean, string])[] = [
    [manifest.license === 'MIT', 'license must be MIT.'],
    [manifest.type === 'module', 'type must be module.'],
    [(manifest.description ?? '') !== '', 'description is missing.'],
    [/^>=22\.\d+/.test(engines?.['node'] ?? ''), 'engines.node must say from which 22.x on.'],
    [repository?.type === 'git', 'repository.type must be git.'],
    [
      /^git\+https:\/\/github\.com\/[\w.-]+\/[\w.-]+\.git$/.test(repository?.url ?? ''),
      'repository.url must be git+https://github.com/OWNER/NAME.git, which provenance compares.',
    ],
    [
      repository?.directory === `packages/${shortName}`,
      `repository.directory must be packages/${shortName}.`,
    ],
    [publishConfig?.access === 'public', 'publishConfig.access must be public.'],
    [
      Object.keys(publishConfig ?? {}).every((name) => ['access', 'exports'].includes(name)),
      'publishConfig may say access and exports: no other registry, no end of provenance.',
    ],
    [manifest.private !== true, 'private must not be set.'],
    [
      !['preinstall', 'install', 'postinstall'].some((name) => name in scripts),
      'scripts must run nothing at installation.',
    ],
  ]
  return checks.filter(([isRight]) => !isRight).map(([, fix]) => `package.json: ${fix}`)
}

function dependencyFindings(manifest: Manifest): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const ranges = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  const findings = runtimeDependencies(manifest).flatMap((name) => {
    const range = ranges[name] ?? ''
    if (/^\^\d+\.\d+\.\d+$/.test(range)) return []
    return [`package.json: ${name} is at '${range}'; published ranges are ^x.y.z.`]
  })
  const text = JSON.stringify(manifest)
  for (const protocol of ['workspace:', 'link:', 'file:', 'catalog:']) {
    if (text.includes(`"${protocol}`)) findings.push(`package.json: speaks of ${protocol}.`)
  }
  return findings
}

function exportFindings({ manifest, files }: Tarball): string[] {
  const findings: string[] = []
  if (JSON.stringify(manifest.exports ?? {}).includes('/source"')) {
    findings.push('package.json: exports have the source condition; publishConfig.exports is ours.')
  }
  const bins = typeof manifest.bin === 'string' ? { _: manifest.bin } : (manifest.bin ?? {})
  const targets = [
    ...Object.values(bins),
    ...Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target ?? {}),
    ),
  ]
  for (const target of targets) {
    const path = target.replace(/^\.\//, '')
    if (!path.includes('*') && !files.has(path)) {
      findings.push(`package.json: points to ${target}, which is not in it.`)
    }
  }
  return findings
}
