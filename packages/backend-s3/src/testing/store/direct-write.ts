/** Writes that come from the test and not over HTTP. */
import { createHash } from 'node:crypto'

import type { Account } from './account.ts'
import type { StoredObject } from './stored-object.ts'

/** What an object has beside its body. */
export interface DirectWrite {
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly storageClass?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Default: the clock. */
  readonly lastModifiedMs?: number | undefined
}

/** Where a write goes. */
export interface DirectTarget extends DirectWrite {
  readonly bucket: string
  readonly key: string
  readonly body: string | Uint8Array
}

/** Stores an object without any condition. */
export function storedDirectly(account: Account, target: DirectTarget): StoredObject {
  const body = Uint8Array.from(Buffer.from(target.body as Uint8Array))
  return account.bucket(target.bucket).put({
    key: target.key,
    body,
    etag:
      account.behaviour.etags === 'opaque'
        ? account.nextId()
        : createHash('md5').update(body).digest('hex'),
    lastModifiedMs: target.lastModifiedMs ?? account.clock.now(),
    headers: { 'content-type': 'binary/octet-stream', ...target.headers },
    metadata: target.metadata ?? {},
    storageClass: target.storageClass ?? 'STANDARD',
    checksum: undefined,
    parts: [],
    tags: new Map(Object.entries(target.tags ?? {})),
    retention: undefined,
    isOnLegalHold: false,
  })
}
