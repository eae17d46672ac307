/** Makes the workspace know a new package: type checker, dependencies, budget, changeset. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { NewPackage } from './package-files.ts'

interface References {
  readonly references: readonly { readonly path: string }[]
}

/** Returns the paths of the files that it changed or wrote. */
export async function register(root: string, { name, purpose }: NewPackage): Promise<string[]> {
  const folder = `packages/${name}`
  for (const file of ['tsconfig.json', 'tsconfig.tests.json']) {
    await editJson<References>(join(root, file), (config) => ({
      ...config,
      references: withReference(config.references, folder),
    }))
  }
  const manifests = ['package.json', 'tooling/release/package.json']
  for (const file of manifests) {
    await editJson<{ devDependencies: Record<string, string> }>(join(root, file), (manifest) => ({
      ...manifest,
      devDependencies: sorted({
        ...manifest.devDependencies,
        [`@aos-storage/${name}`]: 'workspace:*',
      }),
    }))
  }
  const budgets = 'tooling/release/src/tarballs/budgets.ts'
  await writeFile(
    join(root, budgets),
    withBudget(await readFile(join(root, budgets), 'utf8'), name),
  )
  const changeset = `.changeset/new-${name}.md`
  await writeFile(
    join(root, changeset),
    `---\n'@aos-storage/${name}': minor\n---\n\nNew package: ${purpose}.\n`,
  )
  return ['tsconfig.json', 'tsconfig.tests.json', ...manifests, budgets, changeset]
}

/** In the order of names. What a package weighs is known once it does something. */
function withBudget(text: string, name: string): string {
  const entry = (each: string): string => /^ {2}'?([\w-]+)'?: \{ packedKiB/.exec(each)?.[1] ?? ''
  const lines = text.split('\n')
  const entries = lines.filter((line) => entry(line) !== '')
  const first = lines.findIndex((line) => entry(line) !== '')
  if (first === -1) throw new Error('budgets.ts of tooling/release has no line to put another to.')
  const mine = `  '${name}': { packedKiB: 20, unpackedKiB: 60 },`
  const all = [...entries, mine].toSorted((a, b) => (entry(a) < entry(b) ? -1 : 1))
  return lines.toSpliced(first, entries.length, ...all).join('\n')
}

/** Packages first, in the order in which they came; the project of all tests stays last. */
function withReference(
  references: References['references'],
  path: string,
): References['references'] {
  const isPackage = (each: { path: string }): boolean => each.path.startsWith('packages/')
  return [
    ...references.filter(isPackage),
    { path },
    ...references.filter((each) => !isPackage(each)),
  ]
}

function sorted(record: Record<string, string>): Record<string, string> {
  const byName = (a: [string, string], b: [string, string]): number => (a[0] < b[0] ? -1 : 1)
  return Object.fromEntries(Object.entries(record).toSorted(byName))
}

async function editJson<T>(file: string, edit: (value: T) => T): Promise<void> {
  const value = JSON.parse(await readFile(file, 'utf8')) as T
  await writeFile(file, `${JSON.stringify(edit(value), null, 2)}\n`)
}
