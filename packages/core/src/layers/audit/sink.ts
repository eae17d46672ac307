/** Where entries go. A log service, a database, a queue: three members, of which one may fail. */
import { describe } from '../../options.ts'
import type { StorageBackend } from '../../backend.ts'
import type { AuditEntry } from './entry.ts'

/** Takes entries. One `append` at a time is asked of it by one audit layer. */
export interface AuditSink {
  /** For messages and for the state of the layer: `file "audit.log"`. No secrets. */
  readonly name: string
  /**
   * Resolves once the entries are kept as safely as the sink keeps anything, in this order. When it
   * rejects, nothing or a part of them is kept, and they may be given again: with the same `id`,
   * `resource` and `outcome`, by which a reader tells them apart.
   */
  append(entries: readonly AuditEntry[]): Promise<void>
  /** Gives back what it holds open. Idempotent; an `append` behind it opens anew or rejects. */
  close?(): Promise<void>
  /**
   * Where in a store the entries lie, if they do: an audit layer around the same store refuses to
   * change anything there.
   */
  readonly place?: { readonly backend: StorageBackend; readonly prefix: string } | undefined
}

/**
 * A sink that hands entries to a function, which may take its time. What it throws, or what its
 * promise rejects with, is the failure of the sink.
 */
export function callbackSink(
  append: (entries: readonly AuditEntry[]) => Promise<void> | void,
  name: string = 'callback',
): AuditSink {
  if (typeof append !== 'function') {
    throw new TypeError(`callbackSink takes a function, not ${describe(append)}`)
  }
  return { name, append: async (entries) => append(entries) }
}
