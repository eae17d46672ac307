/** Where the shared stores are, as the page and the terminal say it: without secrets. */

export type StorePlace = FilePlace | AzurePlace

/** A folder of files, with the tables and queues of the same configuration beside the objects. */
interface FilePlace {
  readonly storageType: 'file'
  readonly basePath: string
}

export interface AzurePlace {
  readonly storageType: 'azure'
  readonly account: string
  /** Of the objects. */
  readonly endpoint: string
  readonly container: string
  /**
   * Of an emulator that the playground runs itself, whose account and key are Microsoft's public
   * ones: its data lasts as long as it runs. Undefined for an account: its string is a secret.
   */
  readonly connectionString?: string | undefined
}

/** One line that names it: `Azure account devstore at https://…, container playground`. */
export function placeText(place: StorePlace): string {
  if (place.storageType === 'file') return place.basePath
  const { account, endpoint, container, connectionString } = place
  const what = connectionString === undefined ? `the Azure account ${account}` : 'an Azurite'
  return `${what} at ${endpoint}, container ${container}`
}
