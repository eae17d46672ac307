/**
 * The configuration of a location, each setting with where it comes from. Secrets are told as
 * `set`, and so is whatever a profile refers to: it is not looked at here.
 */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '@aos-storage/core'
import { homeOf } from '../home.ts'
import type { Location } from '../locations/location.ts'
import {
  isReference,
  isSecretName,
  type ProfileSource,
  readProfiles,
} from '../locations/profiles.ts'
import { accountVariables, endpointVariable } from '../locations/url-settings.ts'

export interface Setting {
  readonly name: string
  /** `set` for secrets. */
  readonly value: string
  readonly source: string
}

export type StorageType = 'memory' | 'file' | 'azure' | 's3' | 'other'

export interface Explained {
  readonly type: StorageType
  readonly settings: readonly Setting[]
}

/** @throws CommandFailure for a profile that is none. */
export async function explain(location: Location, source: ProfileSource): Promise<Explained> {
  const { store } = location
  const { env } = source
  if (store.kind === 'url') return ofUrl(store.url, 'the location', env)
  if (store.kind === 'environment') return ofEnvironment(env)
  const { path, profiles } = await readProfiles(source)
  const profile = Object.hasOwn(profiles, store.name) ? profiles[store.name] : undefined
  const from = `profile ${store.name} in ${path}`
  if (profile === undefined) return { type: 'other', settings: [] }
  const { url, ...settings } = profile as Record<string, unknown>
  if (typeof url === 'string') {
    const parsed = URL.parse(url)
    const explained = parsed === null ? noUrl : await ofUrl(parsed, from, env)
    return { ...explained, settings: [...explained.settings, ...flat(settings, from)] }
  }
  const type = typeOf(String(settings['storageType']))
  return { type, settings: [...flat(settings, from), ...(await added(type, settings, env))] }
}

const noUrl: Explained = { type: 'other', settings: [] }

function typeOf(text: string): StorageType {
  const names: Readonly<Record<string, StorageType>> = {
    ...{ memory: 'memory', file: 'file', azure: 'azure', azblob: 'azure', s3: 's3' },
  }
  return Object.hasOwn(names, text) ? names[text]! : 'other'
}

async function ofUrl(url: URL, source: string, env: Environment): Promise<Explained> {
  const type = typeOf(url.protocol.slice(0, -1))
  const name = { s3: 'bucket', azure: 'container', file: 'url', memory: 'url', other: 'url' }[type]
  const value = name === 'url' ? shownUrl(url.href) : url.hostname
  const prefix = name === 'url' ? '' : url.pathname.slice(1)
  const settings = [
    { name, value, source },
    ...(prefix === '' ? [] : [{ name: 'prefix', value: prefix, source }]),
  ]
  return { type, settings: [...settings, ...(await added(type, {}, env))] }
}

/** Of the environment's own profile, the variable of each setting. */
const variables: Readonly<Record<string, string>> = {
  AOS_STORAGE_URL: 'url',
  AOS_STORAGE_TYPE: 'storageType',
  AOS_STORAGE_BASE_PATH: 'basePath',
  AOS_AZURE_CONTAINER: 'container',
  AOS_AZURE_PREFIX: 'prefix',
  AOS_S3_BUCKET: 'bucket',
  AOS_S3_PREFIX: 'prefix',
  AOS_S3_REGION: 'region',
}

async function ofEnvironment(env: Environment): Promise<Explained> {
  const settings = Object.entries(variables).flatMap(([variable, name]) => {
    const value = env[variable]
    if (value === undefined || value === '') return []
    return [{ name, value: name === 'url' ? shownUrl(value) : value, source: variable }]
  })
  const url = env['AOS_STORAGE_URL']
  const type = typeOf(url === undefined ? (env['AOS_STORAGE_TYPE'] ?? '') : url.split(':')[0]!)
  return { type, settings: [...settings, ...(await added(type, {}, env))] }
}

/** What the environment and the backend's own defaults add to settings that do not say it. */
async function added(
  type: StorageType,
  given: Readonly<Record<string, unknown>>,
  env: Environment,
): Promise<Setting[]> {
  if (type === 'file') return of(given, 'durability', [], 'fsync', env)
  if (type === 'azure') {
    const isSaid = ['connectionString', 'accountUrl', 'sasUrl'].some((name) => name in given)
    if (isSaid) return []
    return of(given, 'connectionString', accountVariables, undefined, env)
  }
  if (type !== 's3') return []
  const isOwn = 'profile' in given || 'credentials' in given
  return [
    ...of(given, 'endpoint', [endpointVariable, ...sdkEndpoints], "Amazon's, by region", env),
    ...of(given, 'region', ['AOS_S3_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'], undefined, env),
    ...(isOwn ? [] : await credentialsOf(env)),
  ]
}

const sdkEndpoints = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'] as const

/** One setting: said already, by a variable, or the default. */
function of(
  given: Readonly<Record<string, unknown>>,
  name: string,
  names: readonly string[],
  otherwise: string | undefined,
  env: Environment,
): Setting[] {
  if (name in given) return []
  const variable = names.find((each) => env[each] !== undefined && env[each] !== '')
  if (variable !== undefined) {
    return [{ name, value: shown(name, env[variable]), source: `variable ${variable}` }]
  }
  return otherwise === undefined ? [] : [{ name, value: otherwise, source: 'default' }]
}

/** Where the SDK will find its credentials, as far as can be told without asking it. */
async function credentialsOf(env: Environment): Promise<Setting[]> {
  const name = 'credentials'
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) {
    return [{ name, value: 'set', source: 'variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' }]
  }
  const profile = env['AWS_PROFILE'] || 'default'
  const home = homeOf(env)
  const path = env['AWS_SHARED_CREDENTIALS_FILE'] || join(home, '.aws', 'credentials')
  if (await isFile(path)) {
    return [{ name, value: 'set', source: `profile ${profile} in ${path}` }]
  }
  return [{ name, value: 'not found here', source: "the SDK's own chain: roles, metadata" }]
}

async function isFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Settings of settings with dots between. */
function flat(settings: Readonly<Record<string, unknown>>, source: string): Setting[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (isReference(value)) {
      const from = 'env' in value ? `variable ${value.env}` : `file ${value.file}`
      return [{ name, value: 'set', source: `${from}, as ${source} says` }]
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return flat(value as Readonly<Record<string, unknown>>, source).map((each) => ({
        ...each,
        name: `${name}.${each.name}`,
      }))
    }
    return [{ name, value: shown(name, value), source }]
  })
}

/** A value without what may be secret in it. */
function shown(name: string, value: unknown): string {
  if (isSecretName(name)) return 'set'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? shownUrl(text) : text
}

/** Without user, password and the values of its query. */
function shownUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null) return 'set, and no URL'
  if (url.username !== '' || url.password !== '') {
    url.username = ''
    url.password = ''
  }
  const names = [...url.searchParams.keys()]
  url.search = ''
  return `${url.href}${names.length === 0 ? '' : `?${names.map((name) => `${name}=…`).join('&')}`}`
}
