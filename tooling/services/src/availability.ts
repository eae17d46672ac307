/**
 * Whether a service can be had here, decided without waiting, so that tests can be skipped while
 * they are collected: a URL in the environment, then binaries that are there, then what may be
 * installed from Debian's registry (root, with `AOS_INSTALL_SERVICES=1`).
 */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

import type { ServiceDefinition } from './definition.ts'

export type Availability =
  | { readonly how: 'environment'; readonly url: string }
  | { readonly how: 'binary'; readonly binaries: Readonly<Record<string, string>> }
  | { readonly how: 'installable' }
  | { readonly how: 'missing'; readonly reason: string; readonly fix: string }

type Environment = Readonly<Record<string, string | undefined>>

export function availabilityOf(
  definition: ServiceDefinition,
  env: Environment = process.env,
): Availability {
  const url = env[definition.urlVariable]
  if (url !== undefined && url !== '') return { how: 'environment', url }
  const found = definition.binaries.map((name) => [name, pathOf(definition, name, env)] as const)
  const absent = found.filter(([, path]) => path === undefined).map(([name]) => name)
  if (absent.length === 0) {
    return { how: 'binary', binaries: Object.fromEntries(found) as Record<string, string> }
  }
  if (mayInstall(env) && binaryOnPath('apt-get', env) !== undefined) return { how: 'installable' }
  return {
    how: 'missing',
    reason: `${absent.join(', ')} not on PATH and ${definition.urlVariable} not set`,
    fix: fixFor(definition),
  }
}

/** What a person does to have the service. */
export function fixFor({ name, aptPackages, urlVariable }: ServiceDefinition): string {
  const packages = aptPackages.join(' ')
  const install =
    packages === ''
      ? 'pnpm install brings it'
      : `apt-get update && apt-get install -y --no-install-recommends ${packages}`
  return (
    `To have ${name}: ${install}; or ` +
    `docker compose -f tooling/services/compose.yaml up -d ${name} ` +
    `and set ${urlVariable} as that file says`
  )
}

/** Installs the Debian packages of a service. Waits for another apt-get that is at work. */
export async function install(definition: ServiceDefinition): Promise<void> {
  const run = promisify(execFile)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-qq']
  const packages = ['install', '-y', '--no-install-recommends', ...definition.aptPackages]
  try {
    await run('apt-get', [...wait, 'update'], { env })
    await run('apt-get', [...wait, ...packages], { env })
  } catch (cause) {
    throw new Error(`apt-get could not bring ${definition.name}. ${fixFor(definition)}.`, { cause })
  }
}

function mayInstall(env: Environment): boolean {
  return env['AOS_INSTALL_SERVICES'] === '1' && process.getuid?.() === 0
}

function pathOf(
  { substitutes = {} }: ServiceDefinition,
  name: string,
  env: Environment,
): string | undefined {
  const substitute = substitutes[name]
  const path = binaryOnPath(name, env)
  return path === undefined && substitute !== undefined ? binaryOnPath(substitute, env) : path
}

function binaryOnPath(name: string, env: Environment): string | undefined {
  // Servers live in the sbin folders, which an ordinary user's PATH often leaves out.
  const folders = [...(env['PATH'] ?? '').split(delimiter), ...(env['PATH'] ? sbin : [])]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

const sbin = ['/usr/sbin', '/usr/local/sbin', '/sbin']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
