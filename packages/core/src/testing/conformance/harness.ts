/** How a backend plugs into the conformance kit. */
import type { StorageBackend } from '../../backend.ts'
import type { ChildModule } from '../child-process.ts'

/** A fresh, empty store and the ways to reach it. */
export interface OpenedStore {
  readonly backend: StorageBackend
  /**
   * Another handle on the same store, as another part of this process would open it. Also called
   * after `backend` was closed: then it proves what survives. Needed where a durability is claimed.
   */
  readonly reopen?: (() => Promise<StorageBackend>) | undefined
  /** How another process opens the same store. Needed for a claim that reaches beyond this one. */
  readonly child?: ChildModule | undefined
  /**
   * Puts an object into the store behind the backend's back, under a name that breaks the key rules
   * (the kit tries `//` and a trailing `/`). Gives the name as a listing shows it, or undefined
   * when the store cannot hold such a name.
   */
  readonly putForeign?:
    | ((name: string, body: Uint8Array) => Promise<string | undefined>)
    | undefined
  /** Removes the store. The kit closes every handle first. */
  readonly dispose?: (() => Promise<void> | void) | undefined
}

/** Gives the kit stores to test. */
export interface ConformanceHarness {
  /** As reports name it: `file`, `memory behind prefix("tenant/a")`. */
  readonly name: string
  /** A fresh and empty store, or a fresh and empty part of one; called once per case. */
  open(): Promise<OpenedStore>
  /** Waits for what the store does behind its answers, before handles are counted. */
  readonly settle?: (() => Promise<void>) | undefined
  /** True for a store behind a network: repetitions are cut to a tenth. */
  readonly isSlow?: boolean | undefined
  /** Time limit of one case in ms. Default 20,000; some cases take a multiple of it. */
  readonly timeLimitMs?: number | undefined
  /**
   * Most bytes of a streamed body that the backend holds at once: its part size times its parts in
   * flight. Default 16 MiB. The kit measures it.
   */
  readonly bufferedBytesMax?: number | undefined
  /** Cases that cannot run here, by id, with the reason; each is shown in the report. */
  readonly skip?: Readonly<Record<string, string>> | undefined
}
