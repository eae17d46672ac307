/** What the program itself stands on: Node, and the package of a storage type. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Check, fail, ok } from './check.ts'
import type { StorageType } from './settings.ts'
import { isOldNode, nodeNeeded } from '../node-version.ts'

export function nodeCheck(version: string): Check {
  if (!isOldNode(version)) return ok('node', `Node ${version}`)
  const message = `Node ${version} is older than ${nodeNeeded}`
  return fail('node', message, `Install Node ${nodeNeeded} or newer`)
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
