/** The flags of `npm start -- …`. */
import { parseArgs } from 'node:util'

/** What the playground was asked to do. */
export interface Arguments {
  /** The data folder, as given. */
  readonly data: string
  /** Undefined: {@link portDefault}, or any other when that is taken. */
  readonly port: number | undefined
  /** Begin anew: remove what is in the data folder. */
  readonly isReset: boolean
  /** On Azure in place of files. */
  readonly isAzure: boolean
  /** On S3 in place of files: the bucket, when it was named. */
  readonly s3: { readonly bucket: string | undefined } | undefined
  /** Open the page in a browser. */
  readonly isOpened: boolean
}

const dataDefault = 'playground-data'
export const portDefault = 4170

export const usage: string = `The playground: see the storage at work.

  npm start                     start it, and open the page
  npm start -- --data FOLDER    keep the data there (default: ${dataDefault})
  npm start -- --reset          begin anew: remove what the playground keeps in the data folder
  npm start -- --azure          on an Azurite that ends with it, or on the account that
                                AOS_AZURE_CONNECTION_STRING names
  npm start -- --s3             on an S3 gateway that ends with it, or on the server that AOS_S3_URL
                                or AWS_ENDPOINT_URL names
  npm start -- --s3 --bucket B  in that bucket (default: playground), which a server that is named
                                must have
  npm start -- --port PORT      listen there (default: ${portDefault}, or another when it is taken)
  npm start -- --no-open        do not open a browser
  npm start -- --help           this text
`

/** A mistake in the flags; the message tells the fix. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Reads the flags; `'help'` when they ask for it. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | 'help' {
  const { data, port, reset, azure, s3, bucket, open, help } = parse(args)
  if (help === true) return 'help'
  if (data === '') throw new UsageError('--data is empty; name a folder.')
  if (reset === true && (azure === true || s3 === true)) {
    const own = azure === true ? 'an Azurite' : 'a gateway'
    const other = azure === true ? 'an account' : 'another server'
    throw new UsageError(
      `--reset is for files: ${own} begins anew each time, and what ${other} holds is not ` +
        'removed from here. Leave one of them out.',
    )
  }
  if (azure === true && s3 === true) {
    throw new UsageError('--azure and --s3 are two places; leave one of them out.')
  }
  if (bucket !== undefined && s3 !== true) {
    throw new UsageError('--bucket is of S3: give it with --s3.')
  }
  if (bucket === '') throw new UsageError('--bucket is empty; name a bucket.')
  return {
    data: data ?? dataDefault,
    port: port === undefined ? undefined : portOf(port),
    isReset: reset ?? false,
    isAzure: azure ?? false,
    s3: s3 === true ? { bucket } : undefined,
    isOpened: open ?? true,
  }
}

function parse(args: readonly string[]): {
  data?: string | undefined
  port?: string | undefined
  reset?: boolean | undefined
  azure?: boolean | undefined
  s3?: boolean | undefined
  bucket?: string | undefined
  open?: boolean | undefined
  help?: boolean | undefined
} {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        reset: { type: 'boolean' },
        azure: { type: 'boolean' },
        s3: { type: 'boolean' },
        bucket: { type: 'string' },
        open: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (cause) {
    const { message } = cause as Error
    throw new UsageError(`${message.split('. ')[0]}. \`npm start -- --help\` shows the flags.`)
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new UsageError(`--port ${text} is no port; give a number from 0 (any) to 65535.`)
}
