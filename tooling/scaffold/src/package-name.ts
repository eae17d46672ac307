/** Which names a new package may have. Errors tell the fix. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const empty = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'shared', 'lib']

/** Throws when `packages/NAME` cannot be made in the workspace at `root`. */
export function assertPackageName(name: string | undefined, root: string): asserts name is string {
  const fail = (problem: string): never => {
    throw new TypeError(problem)
  }
  if (name === undefined || name === '') {
    return fail("Give the package a name: pnpm new-package backend-gcs 'What it is for'.")
  }
  if (name.startsWith('@aos-storage/')) {
    return fail(`Leave the scope out, it is added: pnpm new-package ${name.split('/')[1]}.`)
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return fail(`'${name}' is no package name here; use a-z, 0-9 and single hyphens: my-layer.`)
  }
  if (name.length > 40) return fail(`'${name}' is long; use at most 40 characters.`)
  if (empty.includes(name)) {
    return fail(`'${name}' says nothing; name the concept that the package holds.`)
  }
  if (existsSync(join(root, 'packages', name))) {
    return fail(`packages/${name} exists; choose another name, or work on that package.`)
  }
  return undefined
}
