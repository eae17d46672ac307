/** What the program itself stands on: Node, and the package of a storage type. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Check, fail, ok } from './check.ts'
import type { StorageType } from './settings.ts'

/** As package.json says in `engines`. */
const nodeMin = [22, 18] as const

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const isOld = major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])
  if (!isOld) return ok('node', `Node ${version}`)
  const needed = nodeMin.join('.')
  return fail('node', `Node ${version} is older than ${needed}`, `Install Node ${needed} or newer`)
}

const packages: Readonly<Partial<Record<StorageType, string>>> = {
  file: '@aos-storage/backend-file',
  azure: '@aos-storage/backend-azure',
  s3: '@aos-storage/backend-s3',
}

/** Undefined for a type that is in core. */
export async function packageCheck(type: StorageType): Promise<Check | undefined> {
  const name = packages[type]
  if (name === undefined) return undefined
  try {
    const path = fileURLToPath(import.meta.resolve(`${name}/package.json`))
    const { version } = JSON.parse(await readFile(path, 'utf8')) as { readonly version: string }
    return ok('package', `${name} ${version}`)
  } catch {
    return fail('package', `${name} is not installed`, `npm install ${name}`)
  }
}
