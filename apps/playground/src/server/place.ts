/** Where the shared stores are, as the page and the terminal say it: without secrets. */
import type { Extras } from '@aos-storage/core'

export type StorePlace = (FilePlace | AzurePlace | S3Place) & {
  /** What the header of the page says: `on files`. */
  readonly header?: string | undefined
  /** What the backend of the objects has beside the contract, of what the Objects page shows. */
  readonly extras?: readonly ShownExtra[] | undefined
}

/** Extras that the Objects page has a place for. */
export type ShownExtra = Extract<keyof Extras, 'versions' | 'accessTiers' | 'presign'>

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

/** A bucket of S3, which has no tables and queues: those are files. */
export interface S3Place extends S3Bucket {
  readonly storageType: 's3'
  /** False: the server holds no conditions, a layer does between the callers of this process. */
  readonly isConditional: boolean
  /** The folder of the tables and queues. */
  readonly basePath: string
  /** The lines of a configuration that opens the bucket. */
  readonly settings: readonly string[]
  /** What opens what is beside it. */
  readonly beside: Readonly<Record<'tables' | 'queues', BesideProgram>>
}

/** What a program that opens tables or queues has in it: TypeScript. */
export interface BesideProgram {
  /** Imported from the core package, beside what opens the store. */
  readonly names: readonly string[]
  /** The lines of what it is opened with. */
  readonly given: readonly string[]
}

export interface S3Bucket {
  readonly bucket: string
  /** Undefined: Amazon's. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /**
   * Of a gateway that the playground runs itself, whose keys are no secret: its data lasts as long
   * as it runs. Undefined for any other: the program has them from its environment.
   */
  readonly credentials?: S3Keys | undefined
}

export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** As the header of the page says it. */
export function headerText(place: StorePlace): string {
  if (place.storageType === 'file') return 'on files'
  const ends = ': the data ends with it'
  if (place.storageType === 's3') {
    return place.credentials === undefined ? `on S3: ${place.bucket}` : `on an S3 gateway${ends}`
  }
  return place.connectionString === undefined
    ? `on Azure: ${place.account}`
    : `on an Azurite${ends}`
}

/** One line that names it: `Azure account devstore at https://…, container playground`. */
export function placeText(place: StorePlace): string {
  if (place.storageType === 'file') return place.basePath
  if (place.storageType === 's3') return bucketText(place)
  return `${accountText(place)}, container ${place.container}`
}

/** `the Azure account devstore at https://…`. */
export function accountText({
  account,
  endpoint,
  connectionString,
}: Pick<AzurePlace, 'account' | 'endpoint' | 'connectionString'>): string {
  const what = connectionString === undefined ? `the Azure account ${account}` : 'an Azurite'
  return `${what} at ${endpoint}`
}

/** `an S3 gateway at http://127.0.0.1:41234, bucket playground`. */
export function bucketText(bucket: S3Bucket): string {
  return `${serverText(bucket)}, bucket ${bucket.bucket}`
}

/** `an S3 gateway at http://127.0.0.1:41234`. */
export function serverText({ endpoint, region, credentials }: Omit<S3Bucket, 'bucket'>): string {
  if (endpoint === undefined) return `Amazon S3${region === undefined ? '' : ` in ${region}`}`
  return `${credentials === undefined ? 'the S3 server' : 'an S3 gateway'} at ${endpoint}`
}
