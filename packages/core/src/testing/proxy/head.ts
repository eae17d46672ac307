/** The head of a request, for the conditions of rules. */
import type { IncomingMessage } from 'node:http'

/** What a request says of itself before its body. */
export interface RequestHead {
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  /** As it was sent, with the query; holds the signature of a SAS or a presigned URL. */
  readonly target: string
  /** Name, value, name, value, as they were sent; hold credentials. */
  readonly rawHeaders: readonly string[]
  /** The first value of a header, whatever the case of its name. */
  readonly header: (name: string) => string | undefined
}

/** The head as it was sent. */
export function headOf({ method = '', url = '', rawHeaders }: IncomingMessage): RequestHead {
  return {
    method,
    target: url,
    path: url.split('?', 1)[0] ?? '',
    rawHeaders,
    header(name) {
      const wanted = name.toLowerCase()
      const at = rawHeaders.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === wanted)
      return at === -1 ? undefined : rawHeaders[at + 1]
    },
  }
}
