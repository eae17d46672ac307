/**
 * A storage account: where its three services are, and what opens them.
 *
 * ```
 * connection string ----.
 * account URL + token ---+--> { blobUrl, tableUrl, queueUrl, credential }
 * SAS URL --------------'
 * ```
 *
 * Invariant: no URL here carries a credential, and none is plain http unless it leads to this host.
 *
 * https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
 */
import { StorageError, type TokenCredential } from '@aos-storage/core'

/** What signs requests. A SAS is the query of its URL, without the question mark. */
type AzureCredential =
  | { readonly kind: 'key'; readonly accountName: string; readonly accountKey: string }
  | { readonly kind: 'token'; readonly token: TokenCredential }
  | { readonly kind: 'sas'; readonly sas: string }

/** The services of one account; a service that nobody named, and whose URL does not follow. */
export interface AzureAccount {
  /** URL without trailing slash and query; of an emulator with the account's name as path. */
  readonly blobUrl: string | undefined
  readonly tableUrl: string | undefined
  readonly queueUrl: string | undefined
  readonly credential: AzureCredential
  /** Of a SAS URL that is for one container. */
  readonly container?: string | undefined
}

/** The part of the options that says which account, and by which right. */
export interface AccountOptions {
  readonly connectionString?: string | undefined
  readonly accountUrl?: string | undefined
  readonly credential?: TokenCredential | undefined
  readonly sasUrl?: string | undefined
  readonly tableUrl?: string | undefined
  readonly queueUrl?: string | undefined
}

type ServiceName = 'blob' | 'table' | 'queue'

/** Microsoft documents this account and key for every emulator; they are no secret. */
const developmentAccount = 'devstoreaccount1'
const developmentKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
const developmentPorts = { blob: 10_000, queue: 10_001, table: 10_002 }

/**
 * The account that the options name.
 *
 * @throws StorageError `INVALID_ARGUMENT`, which quotes nothing of a connection string or SAS but
 * the host of a URL that is plain http.
 */
export function accountOf(options: AccountOptions): AzureAccount {
  const { connectionString, accountUrl, sasUrl } = options
  const given = [connectionString, accountUrl, sasUrl].filter((each) => each !== undefined)
  if (given.length !== 1) {
    throw invalid('Give one of connectionString, accountUrl (with credential) and sasUrl')
  }
  if ((accountUrl === undefined) !== (options.credential === undefined)) {
    throw invalid('accountUrl and credential go together: the URL of the blob service and a token')
  }
  const account =
    connectionString !== undefined
      ? ofConnectionString(connectionString)
      : sasUrl !== undefined
        ? ofSasUrl(sasUrl)
        : ofAccountUrl(accountUrl!, { kind: 'token', token: options.credential! })
  const urls = {
    blobUrl: checkedUrl(account.blobUrl, 'The URL of the blob service'),
    tableUrl: checkedUrl(options.tableUrl ?? account.tableUrl, 'tableUrl'),
    queueUrl: checkedUrl(options.queueUrl ?? account.queueUrl, 'queueUrl'),
  }
  const isPlain = Object.values(urls).some((url) => url?.startsWith('http:') === true)
  if (isPlain && account.credential.kind === 'token') {
    throw invalid('A credential gives tokens, which go over https only, also on this host')
  }
  return { ...account, ...urls }
}

/** True for 127.0.0.0/8, ::1 and localhost: bytes to there leave no machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/i.test(hostname)
}

/** True where the first part of the path is the account's name, as emulators have it. */
function hasAccountPath({ hostname }: URL): boolean {
  return isLoopback(hostname) || /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/.test(hostname)
}

/**
 * @returns The URL without trailing slash, query and fragment.
 * @throws StorageError `INVALID_ARGUMENT` for what is no URL, carries a password, or would send
 * data over a network as plain text.
 */
export function serviceUrl(text: string, name: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid(`${name} is no http(s) URL; write it as "https://account.blob.core.windows.net"`)
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(`${name} holds a user or password; Azure takes neither, drop them`)
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid(
      `${name} is plain http to ${url.hostname}, which is for this host only; use https (in a ` +
        'connection string: DefaultEndpointsProtocol=https, and BlobEndpoint, TableEndpoint and ' +
        'QueueEndpoint that begin with https)',
    )
  }
  url.search = ''
  url.hash = ''
  return url.href.replace(/\/+$/, '')
}

function checkedUrl(text: string | undefined, name: string): string | undefined {
  return text === undefined ? undefined : serviceUrl(text, name)
}

function ofConnectionString(text: string): AzureAccount {
  const parts = partsOf(text)
  if (parts.get('usedevelopmentstorage')?.toLowerCase() === 'true') {
    return development(parts.get('developmentstorageproxyuri'))
  }
  const accountName = parts.get('accountname')
  const accountKey = parts.get('accountkey')
  const sas = parts.get('sharedaccesssignature')?.replace(/^\?/, '')
  const named = (service: ServiceName): string | undefined =>
    parts.get(`${service}endpoint`) ?? derived(parts, accountName, service)
  if (sas === undefined && (accountName === undefined || accountKey === undefined)) {
    throw invalid('The connection string has neither AccountName and AccountKey nor a SAS; copy it')
  }
  const beside = siblings(parts.get('blobendpoint') ?? '')
  return {
    blobUrl: named('blob'),
    tableUrl: named('table') ?? beside.tableUrl,
    queueUrl: named('queue') ?? beside.queueUrl,
    credential:
      sas === undefined
        ? { kind: 'key', accountName: accountName!, accountKey: checkedKey(accountKey!) }
        : { kind: 'sas', sas },
  }
}

/** Names in lower case: Azure does not mind their case. */
function partsOf(text: string): Map<string, string> {
  const parts = new Map<string, string>()
  for (const part of text.split(';')) {
    const at = part.indexOf('=')
    if (at > 0) parts.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim())
  }
  return parts
}

function checkedKey(accountKey: string): string {
  if (/^[A-Za-z0-9+/]{4,}={0,2}$/.test(accountKey)) return accountKey
  throw invalid('AccountKey of the connection string is no base64; copy the key whole')
}

function derived(
  parts: ReadonlyMap<string, string>,
  accountName: string | undefined,
  service: ServiceName,
): string | undefined {
  if (accountName === undefined) return undefined
  // One endpoint given means that the account is not at the public address.
  if (['blob', 'table', 'queue'].some((each) => parts.has(`${each}endpoint`))) return undefined
  const protocol = parts.get('defaultendpointsprotocol') ?? 'https'
  const suffix = parts.get('endpointsuffix') ?? 'core.windows.net'
  return `${protocol}://${accountName}.${service}.${suffix}`
}

/** @param host Scheme and host where the emulator is, if not here. */
function development(host: string = 'http://127.0.0.1'): AzureAccount {
  const at = (service: ServiceName): string =>
    `${host.replace(/\/+$/, '')}:${developmentPorts[service]}/${developmentAccount}`
  return {
    blobUrl: at('blob'),
    tableUrl: at('table'),
    queueUrl: at('queue'),
    credential: { kind: 'key', accountName: developmentAccount, accountKey: developmentKey },
  }
}

/** The blob service's URL; those of the others follow where the host says `.blob.`. */
function ofAccountUrl(text: string, credential: AzureCredential): AzureAccount {
  const blobUrl = serviceUrl(text, 'accountUrl')
  const { hostname, pathname } = new URL(blobUrl)
  // Behind a name of one's own a path may lead to the account.
  if (hostname.includes('.blob.') && pathname !== '/') {
    throw invalid('accountUrl goes on behind the host; what follows is the option container')
  }
  return { blobUrl, ...siblings(blobUrl), credential }
}

function siblings(blobUrl: string): Pick<AzureAccount, 'tableUrl' | 'queueUrl'> {
  const at = (service: ServiceName): string | undefined =>
    /^https?:\/\/[^/]*\.blob\./.test(blobUrl)
      ? blobUrl.replace('.blob.', `.${service}.`)
      : undefined
  return { tableUrl: at('table'), queueUrl: at('queue') }
}

/** `https://account.blob.core.windows.net/container?sv=...`, of an account or of a container. */
function ofSasUrl(text: string): AzureAccount {
  const url = URL.parse(text)
  if (url === null || !url.searchParams.has('sig')) {
    throw invalid('sasUrl has no signature; copy the URL whole, with all that follows the "?"')
  }
  const whole = new URL(serviceUrl(text, 'sasUrl'))
  const names = whole.pathname.split('/').filter((name) => name !== '')
  const account = hasAccountPath(whole) ? names.splice(0, 1) : []
  if (names.length > 1) {
    throw invalid('sasUrl is for a single blob; make one for its container or account')
  }
  const blobUrl = [whole.origin, ...account].join('/')
  return {
    blobUrl,
    ...siblings(blobUrl),
    credential: { kind: 'sas', sas: url.search.slice(1) },
    ...(names[0] === undefined ? {} : { container: decodeURIComponent(names[0]) }),
  }
}

function invalid(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message, { operation: 'open' })
}
