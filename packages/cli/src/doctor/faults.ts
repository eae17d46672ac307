/** What a failure means for whoever configured the store, and how to mend it. */
import { isStorageError } from '@aos-storage/core'
import { CommandFailure } from '../failure.ts'
import { type Check, fail } from './check.ts'
import type { StorageType } from './settings.ts'

const credentialFixes: Readonly<Record<StorageType, string>> = {
  s3: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or credentials in a profile',
  azure: 'Copy the connection string whole, and set AZURE_STORAGE_CONNECTION_STRING to it',
  file: 'Run it as the user that owns the folder',
  memory: 'There are none to set',
  other: 'See what the store takes as credentials',
}

const permissionFixes: Readonly<Record<StorageType, string>> = {
  s3:
    'Allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject; for credentials that ' +
    'only read, put "server" into a profile: what the server honours, so that it is not tried out',
  azure:
    'Check that the key or SAS is right and has not expired; it needs the role "Storage Blob ' +
    'Data Contributor", or a SAS with read, write, list and delete',
  file: 'Give the user of this process read, write and search rights on the folder',
  memory: 'There are none to give',
  other: 'Give these credentials the right',
}

/** @param name What was tried. Messages of backends hold no secrets. */
export function faultOf(name: string, error: unknown, type: StorageType): Check {
  if (error instanceof CommandFailure) {
    return fail(name, error.message, error.hint ?? 'Look at the settings above')
  }
  if (!isStorageError(error)) {
    return fail(name, error instanceof Error ? error.message : String(error), settingsFix)
  }
  const { code, message, status } = error
  const told = `${code}: ${message}`
  // A missing bucket never reads as an absent object.
  if (status === 404) return fail(name, told, notFoundFixes[type])
  switch (code) {
    case 'UNAUTHENTICATED':
      return fail('credentials', told, credentialFixes[type])
    case 'PERMISSION_DENIED':
      return fail(name === 'open' ? 'permissions' : name, told, permissionFixes[type])
    case 'NOT_FOUND':
      return fail(name, told, notFoundFixes[type])
    case 'UNAVAILABLE':
    case 'TIMEOUT':
    case 'RATE_LIMITED':
      return fail('connectivity', told, connectivityFix)
    case 'INVALID_ARGUMENT':
    case 'UNSUPPORTED':
      return fail('configuration', told, settingsFix)
    default:
      return fail(name, told, 'See the message')
  }
}

const settingsFix = 'Mend the setting that the message names, where the list above says it is'
const connectivityFix =
  'Check the endpoint above, that the server runs, and proxy, DNS and firewall on the way'

const notFoundFixes: Readonly<Record<StorageType, string>> = {
  s3: 'Create the bucket, or mend its name or the region',
  azure: 'Create the container, or mend its name',
  file: 'Create the folder, or mend its path',
  memory: 'See the message',
  other: 'See the message',
}
