/**
 * Named stores, from a file that holds no secrets.
 *
 * ```json
 * {
 *   "profiles": {
 *     "prod": { "storageType": "s3", "bucket": "orders", "region": "eu-central-1" },
 *     "lab":  { "storageType": "azure", "container": "lab", "connectionString": { "env": "LAB" } },
 *     "here": { "url": "file:///var/data", "layers": [{ "compress": {} }] }
 *   }
 * }
 * ```
 *
 * A secret is `{ "env": "NAME" }` or `{ "file": "/path" }`, never the text itself. Relative paths
 * are from the folder of the file, so that a name is one store wherever it is said. It is read
 * from `--config`, `AOS_STORAGE_CONFIG`, or `aos-storage/profiles.json` below `XDG_CONFIG_HOME`
 * (`~/.config`); never from the current folder, which may be somebody else's.
 */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Environment } from '@aos-storage/core'
import { usageError } from '../failure.ts'
import { homeOf } from '../home.ts'
import { layersOf } from './layers.ts'

/** Settings as `StorageManager.open` takes them, or a URL. */
export type Profile =
  | { readonly url: string; readonly layers?: unknown }
  | ({ readonly storageType: string } & Readonly<Record<string, unknown>>)

export interface Profiles {
  /** The file, whether it is there or not. */
  readonly path: string
  readonly profiles: Readonly<Record<string, Profile>>
}

export interface ProfileSource {
  readonly env: Environment
  readonly cwd: string
  /** `--config`. */
  readonly config: string | undefined
}

const secretNames: ReadonlySet<string> = new Set([
  ...['connectionString', 'sasUrl', 'accessKeyId', 'secretAccessKey', 'sessionToken'],
])
/** No setting of ours, but what stands in it may be a secret all the same. */
const secretWords = /secret|password|token|accountkey|accesskey|signature|connectionstring|^sas/i

/** True for settings whose value nobody is told. */
export function isSecretName(name: string): boolean {
  return secretNames.has(name) || secretWords.test(name)
}

export async function readProfiles({ env, cwd, config }: ProfileSource): Promise<Profiles> {
  const told = config ?? (env['AOS_STORAGE_CONFIG'] || undefined)
  const folder = env['XDG_CONFIG_HOME'] || join(homeOf(env), '.config')
  const path =
    told === undefined ? join(folder, 'aos-storage', 'profiles.json') : resolve(cwd, told)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT' && told === undefined) {
      return { path, profiles: {} }
    }
    throw usageError(`The profiles at ${path} cannot be read: ${(error as Error).message}`)
  }
  return { path, profiles: profilesOf(text, path) }
}

function profilesOf(text: string, path: string): Readonly<Record<string, Profile>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // What the parser says may quote the text.
    throw usageError(`The profiles at ${path} are no JSON`)
  }
  const { profiles } = (parsed ?? {}) as { profiles?: unknown }
  if (!isRecord(profiles)) {
    throw usageError(`The profiles at ${path} have no "profiles"`, exampleHint)
  }
  for (const [name, profile] of Object.entries(profiles)) {
    if (!/^[A-Za-z][A-Za-z0-9_-]+$/.test(name) || reserved.has(name)) {
      throw usageError(
        `${JSON.stringify(name)} at ${path} cannot be the name of a profile`,
        'Names are letters, digits, - and _, two at least, and no protocol and not env',
      )
    }
    const isProfile =
      isRecord(profile) &&
      (typeof profile['url'] === 'string') !== (typeof profile['storageType'] === 'string')
    if (!isProfile) {
      throw usageError(
        `Profile ${name} at ${path} has neither "url" nor "storageType"`,
        exampleHint,
      )
    }
    assertNoSecrets(profile, `profile ${name} at ${path}`)
    assertAlone(profile, name)
    layersOf(name, profile['layers'])
  }
  return profiles as Readonly<Record<string, Profile>>
}

const exampleHint = 'For instance {"profiles": {"prod": {"storageType": "s3", "bucket": "orders"}}}'
const reserved = new Set(['env', 'file', 'memory', 'azblob', 's3', 'http', 'https'])

/** A URL says all of its store. */
function assertAlone(profile: Readonly<Record<string, unknown>>, name: string): void {
  if (profile['url'] === undefined) return
  const other = Object.keys(profile).find((setting) => setting !== 'url' && setting !== 'layers')
  if (other === undefined) return
  throw usageError(
    `Profile ${name} has "url", and beside it ${JSON.stringify(other.slice(0, 40))}`,
    'Write "storageType" and its settings in place of the URL',
  )
}

function assertNoSecrets(settings: Readonly<Record<string, unknown>>, profile: string): void {
  for (const [name, value] of Object.entries(settings)) {
    if (isSecretName(name)) {
      if (isReference(value)) continue
      throw usageError(
        `${name} of ${profile} is a secret`,
        `Write {"env": "NAME_OF_A_VARIABLE"} or {"file": "/path/of/a/file"} in its place`,
      )
    }
    if (isRecord(value)) assertNoSecrets(value, profile)
  }
}

/** Where a profile stands. */
export interface ProfileContext {
  readonly name: string
  /** Of the file. */
  readonly folder: string
  readonly env: Environment
}

/** The settings with what they refer to. */
export async function settingsOf(
  profile: Readonly<Record<string, unknown>>,
  context: ProfileContext,
): Promise<Record<string, unknown>> {
  const settings: Record<string, unknown> = {}
  for (const [setting, value] of Object.entries(profile)) {
    if (isReference(value)) settings[setting] = await secretOf(setting, value, context)
    else settings[setting] = isRecord(value) ? await settingsOf(value, context) : value
  }
  const { basePath } = settings
  if (typeof basePath === 'string') settings['basePath'] = resolve(context.folder, basePath)
  return settings
}

async function secretOf(
  setting: string,
  reference: SecretReference,
  { name: profile, folder, env }: ProfileContext,
): Promise<string> {
  if ('env' in reference) {
    const value = env[reference.env]
    if (value !== undefined && value !== '') return value
    throw usageError(
      `${setting} of profile ${profile} is in ${reference.env}, which is not set`,
      `export ${reference.env}=…`,
    )
  }
  try {
    return (await readFile(resolve(folder, reference.file), 'utf8')).trimEnd()
  } catch (error) {
    const { code } = error as { code?: unknown }
    throw usageError(
      `${setting} of profile ${profile} is in ${reference.file}, which cannot be read ` +
        `(${String(code)})`,
    )
  }
}

export type SecretReference = { readonly env: string } | { readonly file: string }

export function isReference(value: unknown): value is SecretReference {
  if (!isRecord(value) || Object.keys(value).length !== 1) return false
  return typeof (value['env'] ?? value['file']) === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
