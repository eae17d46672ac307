/**
 * The project of a service: a package.json with what it installs, and a program that uses each of
 * our packages, once as a module and once as CommonJS.
 *
 * ```
 * src/core.mts  src/core.cts    the same text: what it is in the end, its ending says
 * src/main.mts  src/main.cts    run them all
 * out/                          compiled
 * ```
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { PublicPackage } from '../public-packages.ts'
import type { ConsumerCase } from './consumer-case.ts'

const programs = join(import.meta.dirname, 'programs')

export function writeProject(
  folder: string,
  { packages, peers }: ConsumerCase,
  registry: string,
  typeRoots: string,
): void {
  mkdirSync(join(folder, 'src'), { recursive: true })
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text)
  const own = packages.map(({ name, manifest }) => [name, `^${manifest.version}`])
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    license: 'MIT',
    dependencies: { ...Object.fromEntries(own), ...peers },
  }
  write('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
  // A registry of our scope that the user has set up would win over one of everything.
  const scopes = new Set(packages.map(({ name }) => `${name.split('/')[0] ?? ''}:registry`))
  const registries = ['registry', ...scopes]
  write('.npmrc', registries.map((each) => `${each}=${registry}\n`).join(''))
  write('.yarnrc', registries.map((each) => `"${each}" "${registry}"\n`).join(''))
  write('tsconfig.json', `${JSON.stringify({ compilerOptions: options(typeRoots) }, null, 2)}\n`)
  for (const [kind, ending] of [
    ['mts', 'mjs'],
    ['cts', 'cjs'],
  ] as const) {
    for (const each of packages) write(`src/${each.shortName}.${kind}`, programOf(each))
    write(`src/main.${kind}`, mainOf(packages, ending))
  }
}

/** Nothing is left out that a strict project would see. */
function options(typeRoots: string): Record<string, unknown> {
  return {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [typeRoots],
    rootDir: 'src',
    outDir: 'out',
  }
}

function programOf({ name, shortName, manifest }: PublicPackage): string {
  const file = join(programs, `${shortName}.ts`)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  if (manifest.exports?.['.'] === undefined) {
    return 'export async function run(): Promise<void> {}\n'
  }
  return `import * as all from '${name}'

export async function run(): Promise<void> {
  if (Object.keys(all).length === 0) throw new Error('${name} exports nothing')
}
`
}

function mainOf(packages: readonly PublicPackage[], ending: string): string {
  const imports = packages.map(
    ({ shortName }, index) => `import { run as run${index} } from './${shortName}.${ending}'\n`,
  )
  const runs = packages.map((_, index) => `run${index}`).join(', ')
  return `${imports.join('')}
const runs: ((folder: string) => Promise<void>)[] = [${runs}]

async function main(): Promise<void> {
  for (const run of runs) await run(process.argv[2] ?? 'data')
  console.log('ran', runs.length)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
`
}
