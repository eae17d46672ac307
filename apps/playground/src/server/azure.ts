/**
 * `--azure`: the account that the environment names, or else an Azurite (Microsoft's emulator) that
 * the playground starts itself and that ends with it.
 */
import type { Service } from '@aos-tooling/services'
import { UsageError } from './arguments.ts'
import type { SampleMarks } from './data-folder.ts'
import { type AzurePlace, placeText } from './place.ts'

/** Names an account to use in place of an emulator. */
export const accountVariable = 'AOS_AZURE_CONNECTION_STRING'
const container = 'playground'

/** An account, where it is without its secrets, and whether it is new to us. */
export interface Azure extends AsyncDisposable {
  readonly connectionString: string
  readonly place: AzurePlace
  readonly samples: SampleMarks
}

/**
 * Finds the account, and makes the container where it is missing. `say` hears which account it is
 * before anything is written there.
 *
 * @throws UsageError when there is no account and no emulator to be had; StorageError of the
 * account.
 */
export async function openAzure(
  say: (text: string) => void,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Azure> {
  const given = env[accountVariable] ?? ''
  if (given !== '') {
    const place = placeOf(given)
    say(`playground: the data is in ${placeText(place)}`)
    return prepared(given, place, () => Promise.resolve())
  }
  say('playground: starting an Azurite, which begins empty')
  const azurite = await startAzurite()
  try {
    const place = { ...placeOf(azurite.url), connectionString: azurite.url }
    say(`playground: the data is in ${placeText(place)}`)
    return await prepared(azurite.url, place, () => azurite.stop())
  } catch (error) {
    await azurite.stop()
    throw error
  }
}

async function startAzurite(): Promise<Service> {
  // Only then: the emulator is no part of a playground on files.
  const { ServiceUnavailable, useService } = await import('@aos-tooling/services')
  try {
    return await useService('azurite', { own: true })
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
    throw new UsageError(`--azure: ${error.message}`)
  }
}

async function prepared(
  connectionString: string,
  place: AzurePlace,
  stop: () => Promise<void>,
): Promise<Azure> {
  // A container that was there has been played with: what was deleted stays deleted.
  const { createContainer } = await import('./azure-containers.ts')
  const isNew = await createContainer(connectionString, container)
  return {
    connectionString,
    place,
    samples: { hasSamplesOf: () => !isNew, rememberSamplesOf: () => Promise.resolve() },
    [Symbol.asyncDispose]: stop,
  }
}

/** What of a connection string is no secret. @throws UsageError, without quoting it. */
export function placeOf(connectionString: string): AzurePlace {
  const parts = new Map(
    connectionString.split(';').map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const
    }),
  )
  const account = parts.get('accountname') ?? ''
  const endpoint = parts.get('blobendpoint') ?? endpointOf(account, parts)
  const url = URL.parse(endpoint)
  if (parts.get('usedevelopmentstorage') === 'true') {
    const emulator = 'devstoreaccount1'
    const place = `http://127.0.0.1:10000/${emulator}`
    return { storageType: 'azure', account: emulator, endpoint: place, container }
  }
  if (url === null) {
    throw new UsageError(
      `${accountVariable} is no connection string: copy it from "Access keys" of the storage ` +
        'account, or unset it to use an emulator.',
    )
  }
  // A query would be a signature.
  return {
    storageType: 'azure',
    account: account === '' ? url.hostname : account,
    endpoint: `${url.origin}${url.pathname.replace(/\/$/, '')}`,
    container,
  }
}

function endpointOf(account: string, parts: ReadonlyMap<string, string>): string {
  if (account === '') return ''
  const protocol = parts.get('defaultendpointsprotocol') ?? 'https'
  return `${protocol}://${account}.blob.${parts.get('endpointsuffix') ?? 'core.windows.net'}`
}
