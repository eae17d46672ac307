/**
 * What the kit and the processes that it starts say to each other over IPC.
 *
 * A request has an id and gets one answer. In between, a working child sends progress: what it says
 * is acknowledged, because it is sent after the store's own acknowledgement.
 */

/** How another process opens the store under test. */
export interface ChildModule {
  /** URL of a module that exports `openChild(args)`, which gives a promise of the backend. */
  readonly module: string
  /** Handed to `openChild`; must survive JSON. */
  readonly args: unknown
}

/** Commands by name, each with what it takes and what it gives; both must survive IPC. */
export type CommandTable<Commands> = {
  readonly [Name in keyof Commands]: { args: unknown; result: unknown }
}

/** The commands of a child of the objects' kit, their arguments and their results. */
export interface ChildCommands {
  /** Creates each key at once with `mark` as body; gives those that it won. */
  createAll: { args: { keys: readonly string[]; mark: string }; result: { won: string[] } }
  /** Adds 1 to a counter by compare and swap, `times` times. */
  increment: { args: { key: string; times: number }; result: { conflicts: number } }
  /** Overwrites without a condition while others compare and swap; gives its acknowledged etags. */
  overwrite: { args: { key: string; times: number }; result: { etags: string[] } }
  /** Overwrites a key with ever new versions until it is killed; progress says which. */
  overwriteForever: { args: { key: string; bytesMax: number; from: number }; result: never }
  /** Writes `prefix/0`, `prefix/1`, ... until it is killed; progress says which. */
  createForever: { args: { prefix: string }; result: never }
  /** Reads a key again and again, and checks that each body is one version's. */
  readVersions: { args: { key: string; times: number }; result: { versions: number[] } }
  /** Opens a body, reads its first chunk, and waits for `release`. */
  hold: { args: { key: string }; result: { etag: string } }
  /** Reads the rest of the held body; gives the version that it is. */
  release: { args: Record<string, never>; result: { version: number } }
  close: { args: Record<string, never>; result: Record<string, never> }
}

/** The name of a command that the kit sends to another process. */
export type ChildCommand = keyof ChildCommands

export interface ChildRequest {
  readonly id: number
  readonly command: string
  readonly args: unknown
}

export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number | undefined; readonly message: string }
  | { readonly kind: 'progress'; readonly value: number }
