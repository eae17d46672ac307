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
  const { data, port, reset, azure, open, help } = parse(args)
  if (help === true) return 'help'
  if (data === '') throw new UsageError('--data is empty; name a folder.')
  if (reset === true && azure === true) {
    throw new UsageError(
      '--reset is for files: an Azurite begins anew each time, and what an account holds is not ' +
        'removed from here. Leave one of them out.',
    )
  }
  return {
    data: data ?? dataDefault,
    port: port === undefined ? undefined : portOf(port),
    isReset: reset ?? false,
    isAzure: azure ?? false,
    isOpened: open ?? true,
  }
}

function parse(args: readonly string[]): {
  data?: string | undefined
  port?: string | undefined
  reset?: boolean | undefined
  azure?: boolean | undefined
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
