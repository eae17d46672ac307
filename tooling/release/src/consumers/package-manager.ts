/** How npm, pnpm and yarn classic install a project, with caches that are gone afterwards. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { run, type CommandOptions } from '../command.ts'

export const packageManagers = ['npm', 'pnpm', 'yarn'] as const
export type PackageManager = (typeof packageManagers)[number]

export interface InstallOptions extends CommandOptions {
  /** Where caches and stores are kept. */
  readonly caches: string
}

export async function install(manager: PackageManager, options: InstallOptions): Promise<void> {
  const cache = join(options.caches, manager)
  switch (manager) {
    case 'npm': {
      const args = ['install', '--no-audit', '--no-fund', '--cache', cache]
      await run('npm', args, options)
      return
    }
    case 'pnpm': {
      // A lockfile would not be new to a service; what was published a minute ago is.
      const env = { ...options.env, pnpm_config_minimum_release_age: '0' }
      await run('pnpm', ['install', '--store-dir', cache], { ...options, env })
      return
    }
    case 'yarn': {
      const args = ['install', '--non-interactive', '--no-progress', '--cache-folder', cache]
      const yarn = createRequire(import.meta.url).resolve('yarn/bin/yarn.js')
      await run(process.execPath, [yarn, ...args], options)
      return
    }
  }
}
