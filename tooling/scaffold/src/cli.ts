/** `pnpm new-package NAME ['one sentence']` */
import { resolve } from 'node:path'

import { scaffold } from './scaffold.ts'

const [name, purpose] = process.argv.slice(2).filter((argument) => argument !== '--')
try {
  const written = await scaffold(resolve(import.meta.dirname, '../../..'), name, purpose)
  console.log(written.join('\n'))
  console.log(
    '\nNext: `npx pnpm install` (links it, updates the lockfile), then replace the stubs, and',
  )
  console.log('`npx pnpm api:update` (writes down its public types).')
} catch (error) {
  console.error(`new-package: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
