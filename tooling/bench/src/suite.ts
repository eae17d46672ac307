/**
 * What a bench file says: suites of rivals that do the same work.
 *
 * A rival's `setup` makes what it needs and returns how to run it, so that each rival keeps its own
 * state in a closure. Every round of every rival runs in a fresh process by default: no rival warms
 * the engine, fills the heap or keeps the memory of another.
 */

/** What a rival gets to work with. Equal for all rivals of a round, so that they do equal work. */
export interface BenchEnvironment {
  /** An empty folder of this rival and round, removed afterwards. */
  readonly folder: string
  /** Numbers in `[0, 1)` from the run's seed: the same sequence for every rival and round. */
  random(): number
  /** True with `--quick`: a rival may use a smaller data set. */
  readonly quick: boolean
}

/** One call of `run`. */
export interface Batch {
  /** 0-based; warm-up batches count too, so an index never comes twice. */
  readonly index: number
  /** How many operations `run` must do in this call. */
  readonly operations: number
}

/** A rival that is set up and ready. */
export interface ReadyRival {
  /** Does `batch.operations` operations. Only this is timed. */
  run(batch: Batch): Promise<void> | void
  /** Peak memory, in bytes, of processes that did the work in place of this one. */
  peakBytes?(): number
  /** Closes what `setup` opened. Not timed. */
  teardown?(): Promise<void> | void
}

export interface Rival {
  /** Short, as it stands in the table: `ours`, `bare fs`, `keyv 5`. Unique in its suite. */
  readonly name: string
  /** What is measured, for the report: `versionOf('keyv', import.meta.url)`, a server's version. */
  readonly version?: string | undefined
  /** A reason why this rival cannot run here (no server, say): it is left out, visibly. */
  unavailable?(): Promise<string | undefined> | string | undefined
  /** Makes data, opens stores. Not timed; memory counts from its end. */
  setup(environment: BenchEnvironment): Promise<ReadyRival> | ReadyRival
}

/** What all rivals and rounds of a suite find: a server that runs, with data in it. */
export interface Shared {
  /** Variables that the processes of the rounds see: how to reach it. */
  readonly environment: Readonly<Record<string, string>>
  /** Takes it down after the last round. */
  stop(): Promise<unknown>
}

/** What the suite promises of ours; the report says plainly `met` or `missed`. */
export type BenchPromise =
  /** Our throughput is at least `atLeast` times that of the rival `against` (median of pairs). */
  | { readonly against: string; readonly atLeast: number }
  /** Our peak memory over the baseline stays at or under this many MiB (median of rounds). */
  | { readonly memoryMibMax: number }

export interface Suite {
  /** Unique in its package; what `--suite` takes. */
  readonly name: string
  /** One or two sentences for the report: what the work is, sizes, what is fair or unfair in it. */
  readonly about: string
  /** Name of the rival that is ours: ratios are ours against each other rival. */
  readonly ours: string
  readonly rivals: readonly Rival[]
  readonly promises?: readonly BenchPromise[] | undefined
  /**
   * Makes what costs too much to make for each rival and round, or must be the same for all: once,
   * before the first round. Needs a process for each round, which is the default.
   */
  share?(options: { readonly quick: boolean }): Promise<Shared>
  /** Bytes that one operation moves; when given, the table shows MiB/s too. */
  readonly bytesPerOperation?: number | undefined
  /** Operations in one timed batch. Default 1: then p99 is that of single operations. */
  readonly operationsPerBatch?: number | undefined
  /** The same with `--quick`, for batches that are one large thing. Default: as above. */
  readonly operationsPerBatchQuick?: number | undefined
  /** Untimed batches before the timed ones. Default 3. */
  readonly warmupBatches?: number | undefined
  /** Timed for at least this long per rival and round. Default 500. */
  readonly measureMs?: number | undefined
  /** Never more timed batches than this per round, for work that fills a disk. Default 100,000. */
  readonly batchesMax?: number | undefined
  /** Rounds when the command line names none. Default 7. */
  readonly rounds?: number | undefined
  /**
   * `process` (default): each rival and round in its own process, memory is honest. `shared`: all
   * in one process, for microbenchmarks where a start per round would cost more than it says; the
   * report then shows no memory.
   */
  readonly isolation?: 'process' | 'shared' | undefined
}

/** How many operations one batch of the suite holds. */
export function operationsOf(suite: Suite, quick: boolean): number {
  const { operationsPerBatch = 1, operationsPerBatchQuick = operationsPerBatch } = suite
  return quick ? operationsPerBatchQuick : operationsPerBatch
}

/** Checks a suite when its file loads, so that a typing slip costs no measuring time. */
export function defineSuite(suite: Suite): Suite {
  const names = suite.rivals.map((rival) => rival.name)
  const fail = (problem: string): never => {
    throw new TypeError(`Suite '${suite.name}': ${problem}`)
  }
  if (new Set(names).size < names.length) fail('two rivals share a name; give each its own.')
  if (!names.includes(suite.ours)) {
    fail(`ours is '${suite.ours}', but the rivals are ${names.join(', ')}; name one of them.`)
  }
  if (suite.share !== undefined && suite.isolation === 'shared') {
    fail("share is for isolation 'process'; a single process can keep what it needs itself.")
  }
  for (const promise of suite.promises ?? []) {
    if ('against' in promise && !names.includes(promise.against)) {
      fail(`a promise is against '${promise.against}', which is no rival; name one of them.`)
    }
    if ('memoryMibMax' in promise && suite.isolation === 'shared') {
      fail("memory cannot be promised with isolation 'shared'; use 'process'.")
    }
  }
  return suite
}
