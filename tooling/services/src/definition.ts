/**
 * What `tooling/services` must know of a real server to hand it to tests. One file per service
 * holds one {@link ServiceDefinition}; everything else (finding, starting, stopping, skipping) is
 * the same for all.
 */

/** What `start` gets to work with. All that it spawns and writes is gone after the test. */
export interface StartContext {
  /** An empty folder for configuration and data. */
  readonly folder: string
  /** Paths of the binaries that the definition asked for, by name. */
  readonly binaries: Readonly<Record<string, string>>
  /** A port on 127.0.0.1 that was free a moment ago; a new one at every call. */
  readonly freePort: () => Promise<number>
  /**
   * Starts a process that lives until the service stops. The name of its binary is its name for
   * `service.kill(NAME)`, and its output goes to `NAME.log`.
   */
  readonly spawn: (
    binary: string,
    args: readonly string[],
    env?: Record<string, string>,
  ) => Promise<void>
  /**
   * Runs a command to its end, for set-up steps; rejects with its output when it fails, when a
   * spawned process ends meanwhile, and after `readyTimeoutMs`.
   */
  readonly run: (binary: string, args: readonly string[]) => Promise<string>
}

export interface ServiceDefinition {
  /** What `useService` takes: `redis`. */
  readonly name: string
  /** Holds the URL of a server that is already running: `AOS_REDIS_URL`. */
  readonly urlVariable: string
  /** What programs other than our tests read, by variable. */
  variablesOf?(url: string): Readonly<Record<string, string>>
  /** Programs that must be there to start one; looked up on PATH and in the sbin folders. */
  readonly binaries: readonly string[]
  /** Of those the ones that another program can stand in for where they are missing. */
  readonly substitutes?: Readonly<Record<string, string>>
  /** Debian packages that bring them; must be listed in `apt-packages.txt` too, for CI. */
  readonly aptPackages: readonly string[]
  /** Longest time from `start` to a server that answers. */
  readonly readyTimeoutMs: number
  /** How long its processes may take to end when they are told to, before they are killed. */
  readonly stopGraceMs?: number
  /** Starts the server on 127.0.0.1 and returns its URL; need not wait until it answers. */
  start(context: StartContext): Promise<string>
  /**
   * Brings the server back at its URL after `kill` of all its processes. Without it, the commands
   * that `start` spawned are run again on the same folder.
   */
  restart?(context: StartContext, url: string): Promise<void>
  /** Talks to the server at `url` as a client does; rejects while it does not answer. */
  probe(url: string): Promise<void>
}
