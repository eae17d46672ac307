/** How what is under test plugs into a kit. Each kit adds the parts that its cases need. */
import type { ChildModule } from '../child-process.ts'

/** What a kit needs of any backend. */
export interface KitBackend {
  readonly capabilities: object
  close(): Promise<void>
}

/** A fresh, empty store and the ways to reach it. */
export interface KitStore<Backend extends KitBackend> {
  readonly backend: Backend
  /**
   * Another handle on the same store, as another part of this process would open it. Also called
   * after `backend` was closed: then it proves what survives. Needed where a durability is claimed.
   */
  readonly reopen?: (() => Promise<Backend>) | undefined
  /** How another process opens the same store. Needed for a claim that reaches beyond this one. */
  readonly child?: ChildModule | undefined
  /** Removes the store. The kit closes every handle first. */
  readonly dispose?: (() => Promise<void> | void) | undefined
}

/** Gives a kit stores to test. */
export interface KitHarness<Store> {
  /** As reports name it: `file`, `memory behind prefix("tenant/a")`. */
  readonly name: string
  /** A fresh and empty store, or a fresh and empty part of one; called once per case. */
  open(): Promise<Store>
  /** Waits for what the store does behind its answers, before handles are counted. */
  readonly settle?: (() => Promise<void>) | undefined
  /** True for a store behind a network: repetitions are cut to a tenth. */
  readonly isSlow?: boolean | undefined
  /** Time limit of one case in ms. Default 20,000; some cases take a multiple of it. */
  readonly timeLimitMs?: number | undefined
  /** Cases that cannot run here, by id, with the reason; each is shown in the report. */
  readonly skip?: Readonly<Record<string, string>> | undefined
}
