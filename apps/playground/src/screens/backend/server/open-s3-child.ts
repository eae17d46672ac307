/** As `open-child.ts`, in a bucket of the server that the environment names. */
import { type S3Server, S3StorageBackend } from '@aos-storage/backend-s3'
import type { StorageBackend } from '@aos-storage/core'
import { s3AccountOf, s3OptionsOf } from '../../../server/s3-account.ts'

export async function openChild({
  bucket,
  ...args
}: {
  readonly bucket: string
  readonly prefix: string
  /** Found out already: another process need not probe again. */
  readonly server: S3Server
}): Promise<StorageBackend> {
  return S3StorageBackend.open({ ...s3OptionsOf(s3AccountOf(process.env) ?? {}, bucket), ...args })
}
