import { homedir } from 'node:os'
import type { Environment } from '@aos-storage/core'

/** Of the user; the root for one without, as containers have. */
export function homeOf(env: Environment): string {
  if (env['HOME']) return env['HOME']
  try {
    return homedir()
  } catch {
    return '/'
  }
}
