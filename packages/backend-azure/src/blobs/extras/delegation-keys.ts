/**
 * Keys that sign for a token's owner: asked of the service, kept in memory, and used until they
 * would end before what they sign.
 *
 * ```
 * token --> service --> key, good for a day (a week at most) --> many URLs, without the service
 * ```
 *
 * Needs the role Storage Blob Delegator, or one of the Storage Blob Data roles.
 * https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
 */
import type { BlobServiceClient, UserDelegationKey } from '@azure/storage-blob'
import type { Clock } from '@aos-storage/core'
import { unlessAborted } from '@aos-storage/core/backend'
import type { Requests } from '@aos-storage/core/remote'
import { clockSkewMs } from '../container.ts'

const dayMs = 86_400_000
/** The service gives no key for longer, counted from its start and from now. */
const keyMsMax = 7 * dayMs

export interface DelegationKeysOptions {
  readonly service: BlobServiceClient
  readonly requests: Requests
  readonly clock: Clock
}

interface Held {
  readonly untilMs: number
  readonly key: Promise<UserDelegationKey>
}

export class DelegationKeys {
  readonly #options: DelegationKeysOptions
  #held: Held | undefined

  constructor(options: DelegationKeysOptions) {
    this.#options = options
  }

  /**
   * A key that is good until `untilMs`, milliseconds since 1970. Callers at once share a request,
   * so that none of their signals ends it.
   */
  async keyUntil(untilMs: number, signal: AbortSignal | undefined): Promise<UserDelegationKey> {
    if (this.#held === undefined || this.#held.untilMs < untilMs) this.#held = this.#ask(untilMs)
    const { key } = this.#held
    return unlessAborted(() => key, signal)
  }

  #ask(neededMs: number): Held {
    const { service, requests, clock } = this.#options
    const nowMs = clock.now()
    const untilMs = Math.max(neededMs, nowMs + dayMs)
    const startsOn = new Date(Math.max(nowMs - clockSkewMs, untilMs - keyMsMax))
    const key = requests.send<UserDelegationKey>({
      backend: 'azblob',
      operation: 'presign',
      send: (abortSignal) =>
        service.getUserDelegationKey(startsOn, new Date(untilMs), { abortSignal }),
    })
    const held = { untilMs, key }
    key.catch(() => {
      if (this.#held === held) this.#held = undefined
    })
    return held
  }
}
