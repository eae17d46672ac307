/**
 * Where something is: a store, and a key or prefix in it.
 *
 * ```
 *   s3://BUCKET/KEY               everything after the bucket is the key, as it is
 *   azblob://CONTAINER/KEY        the same
 *   file:///FOLDER#KEY            the folder is the store; everything after the first # is the key
 *   /FOLDER#KEY  ./FOLDER#KEY     the same, without escapes
 *   memory:#KEY                   empty at the beginning, gone at the end
 *   NAME:KEY                      the store that profile NAME describes
 *   env:KEY                       the store that AOS_STORAGE_URL or AOS_STORAGE_TYPE describe
 * ```
 *
 * Keys are taken literally: `%41` is three characters.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { usageError } from '../failure.ts'

type StoreReference =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'profile'; readonly name: string }
  | { readonly kind: 'environment' }

export interface Location {
  readonly store: StoreReference
  /** Empty: the whole store. */
  readonly key: string
  /** The store as a person names it, without secrets. */
  readonly label: string
}

/** Schemes whose first part names the store, so that the rest is the key. */
const bucketScheme = /^(s3|azblob):\/\/([^/]*)(?:\/(.*))?$/s
const profileForm = /^([A-Za-z][A-Za-z0-9_-]+):(.*)$/s
/** The profile that the environment describes. */
export const environmentProfile = 'env'

export function parseLocation(text: string, cwd: string): Location {
  const bucket = bucketScheme.exec(text)
  if (bucket !== null) return bucketLocation(bucket[1]!, bucket[2]!, bucket[3] ?? '')
  if (/^(file|memory):/i.test(text)) return urlLocation(text)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw unknownScheme(text)
  if (/^(\.{0,2}\/|\.{1,2}(#|$)|~\/)/.test(text)) return pathLocation(text, cwd)
  const profile = profileForm.exec(text)
  if (profile !== null) {
    const [, name, key] = profile as unknown as [string, string, string]
    const store = name === environmentProfile ? environment : ({ kind: 'profile', name } as const)
    return { store, key, label: `${name}:` }
  }
  if (/^[A-Za-z]:/.test(text)) {
    throw usageError(
      `${text.slice(0, 2)} names no profile: its name would have one letter, as drives have`,
      'Names of profiles have two letters at least',
    )
  }
  // A connection string is not echoed: it may hold a key.
  const shown = /[=;@]/.test(text) ? 'What is given' : JSON.stringify(text.slice(0, 200))
  throw usageError(
    `${shown} is no location`,
    'Write file:///folder#key, ./folder#key, s3://bucket/key, azblob://container/key, ' +
      'or PROFILE:key',
  )
}

const environment: StoreReference = { kind: 'environment' }

/** The store, and the key in the form that {@link parseLocation} takes. */
export function formatLocation({ label, store }: Location, key: string): string {
  if (store.kind !== 'url') return `${label}${key}`
  const isBucket = bucketScheme.test(label)
  if (key === '') return label
  return isBucket ? `${label}/${key}` : `${label}#${key}`
}

function bucketLocation(scheme: string, name: string, key: string): Location {
  if (name.includes('@')) {
    throw usageError(
      `The ${scheme} location holds a user or password`,
      'Credentials come from the environment, from files or from a profile, never from a location',
    )
  }
  if (!/^[A-Za-z0-9$][A-Za-z0-9._$-]*$/.test(name)) {
    throw usageError(`The ${scheme} location names no bucket`, `Write ${scheme}://NAME/KEY`)
  }
  const label = `${scheme}://${name}`
  return { store: { kind: 'url', url: new URL(label) }, key, label }
}

function urlLocation(text: string): Location {
  const { before, key } = splitAtHash(text)
  const url = URL.parse(before)
  const isAbsolute = !/^file:/i.test(before) || /^file:\/\/\//i.test(before)
  if (url === null || !isAbsolute) {
    throw usageError(
      'A file location is absolute: file:///var/data#key',
      'For a folder from here, write ./data#key',
    )
  }
  return { store: { kind: 'url', url }, key, label: url.href }
}

function pathLocation(text: string, cwd: string): Location {
  const { before, key } = splitAtHash(text)
  if (before.startsWith('~')) {
    throw usageError('~ is for the shell to replace', 'Write the path without quotes')
  }
  const url = pathToFileURL(resolve(cwd, before === '' ? '.' : before))
  return { store: { kind: 'url', url }, key, label: url.href }
}

function splitAtHash(text: string): { before: string; key: string } {
  const at = text.indexOf('#')
  return at === -1
    ? { before: text, key: '' }
    : { before: text.slice(0, at), key: text.slice(at + 1) }
}

function unknownScheme(text: string): Error {
  const scheme = text.slice(0, text.indexOf(':'))
  // The rest is not echoed: it may hold credentials.
  return usageError(
    `The protocol ${scheme}: is unknown`,
    'Known are file:, s3:, azblob: and memory:',
  )
}
