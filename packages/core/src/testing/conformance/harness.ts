/** How a backend of objects plugs into the conformance kit. */
import type { StorageBackend } from '../../backend.ts'
import type { KitHarness, KitStore } from '../kit/harness.ts'

/** A fresh, empty store and the ways to reach it. */
export interface OpenedStore extends KitStore<StorageBackend> {
  /**
   * Puts an object into the store behind the backend's back, under a name that breaks the key rules
   * (the kit tries `//` and a trailing `/`). Gives the name as a listing shows it, or undefined
   * when the store cannot hold such a name.
   */
  readonly putForeign?:
    | ((name: string, body: Uint8Array) => Promise<string | undefined>)
    | undefined
}

/** Gives the kit stores to test. */
export interface ConformanceHarness extends KitHarness<OpenedStore> {
  /**
   * Most bytes of a streamed body that the backend holds at once: its part size times its parts in
   * flight. Default 16 MiB. The kit measures it.
   */
  readonly bufferedBytesMax?: number | undefined
}
