/**
 * What a client of S3 needs, in one string:
 *
 *     http://ACCESSKEY:SECRET@127.0.0.1:PORT/?region=us-east-1
 *
 * with `&otherAccessKeyId=...&otherSecretAccessKey=...` where there is a second user. All of it is
 * percent-encoded, as secrets of Amazon have slashes.
 */

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface S3Connection extends S3Credentials {
  /** Without a slash at its end. Buckets are in its path: clients set `forcePathStyle`. */
  readonly endpoint: string
  readonly region: string
  /** A user who owns nothing, to be denied; absent where the URL names none. */
  readonly otherUser: S3Credentials | undefined
}

/** Takes the URL of the service `rgw` apart. */
export function s3Connection(url: string): S3Connection {
  const { protocol, host, pathname, username, password, searchParams } = new URL(url)
  const accessKeyId = searchParams.get('otherAccessKeyId')
  const secretAccessKey = searchParams.get('otherSecretAccessKey')
  return {
    endpoint: `${protocol}//${host}${pathname.replace(/\/+$/, '')}`,
    region: searchParams.get('region') ?? 'us-east-1',
    accessKeyId: decodeURIComponent(username),
    secretAccessKey: decodeURIComponent(password),
    otherUser:
      accessKeyId === null || secretAccessKey === null
        ? undefined
        : { accessKeyId, secretAccessKey },
  }
}

/** The same as variables that our package and Amazon's tools read. */
export function s3Environment(url: string): Readonly<Record<string, string>> {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  return {
    AOS_S3_ENDPOINT: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
}
