/**
 * Runs a suite: round by round, all rivals in each round, the order turned by one every time, so
 * that drift of the machine (heat, neighbours) meets all rivals alike.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'

import { makeDataFolder } from './data-folder.ts'
import type { RoundResult } from './measure.ts'
import type { Job, JobOutcome } from './round-process.ts'
import { rotated } from './statistics.ts'
import type { Shared, Suite } from './suite.ts'

export interface RunOptions {
  readonly file: string
  readonly rounds: number
  readonly seed: number
  readonly quick: boolean
  readonly dataFolder: string
  /** Called after each round of each rival, to show progress. */
  onRound?(rival: string, round: number): void
}

/** What a whole run gave: one result per round for each rival that could run. */
export interface SuiteResult {
  readonly suite: Suite
  readonly rounds: number
  readonly quick: boolean
  readonly results: ReadonlyMap<string, readonly RoundResult[]>
  /** Rivals that could not run here, with the reason. */
  readonly unavailable: ReadonlyMap<string, string>
}

export async function runSuite(suite: Suite, options: RunOptions): Promise<SuiteResult> {
  const results = new Map<string, RoundResult[]>()
  const unavailable = new Map<string, string>()
  const dataFolder = await makeDataFolder(options.dataFolder)
  let found: Shared | undefined
  let oneForAll: ChildProcess | undefined
  try {
    found = await suite.share?.({ quick: options.quick })
    const start = (): ChildProcess => startProcess(found?.environment)
    if (suite.isolation === 'shared') oneForAll = start()
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { name } of rotated(suite.rivals, round)) {
        if (unavailable.has(name)) continue
        const { file, seed, quick } = options
        const job: Job = { file, suite: suite.name, rival: name, seed, quick, dataFolder }
        const outcome = await runJob(job, start, oneForAll)
        if ('error' in outcome) {
          throw new Error(`Suite '${suite.name}', rival '${name}' failed:\n${outcome.error}`)
        }
        if ('unavailable' in outcome) unavailable.set(name, outcome.unavailable)
        else results.set(name, [...(results.get(name) ?? []), outcome.result])
        options.onRound?.(name, round)
      }
    }
  } finally {
    oneForAll?.kill()
    await rm(dataFolder, { recursive: true, force: true })
    await found?.stop()
  }
  if (!results.has(suite.ours)) {
    throw new Error(
      `Suite '${suite.name}': ours ('${suite.ours}') cannot run here: ` +
        `${unavailable.get(suite.ours) ?? 'no rounds were asked for'}.`,
    )
  }
  return { suite, rounds: options.rounds, quick: options.quick, results, unavailable }
}

async function runJob(
  job: Job,
  start: () => ChildProcess,
  oneForAll: ChildProcess | undefined,
): Promise<JobOutcome> {
  const child = oneForAll ?? start()
  const stopWaiting = new AbortController()
  const { signal } = stopWaiting
  try {
    child.send(job)
    return await Promise.race([
      once(child, 'message', { signal }).then(([outcome]) => outcome as JobOutcome),
      once(child, 'exit', { signal }).then(([code, by]) => ({
        error: `its process ended early (${String(by ?? code)}); its output is above.`,
      })),
    ])
  } finally {
    stopWaiting.abort()
    if (oneForAll === undefined) {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  }
}

function startProcess(environment: Shared['environment'] = {}): ChildProcess {
  return fork(new URL('round-process.ts', import.meta.url), {
    env: { ...process.env, ...environment },
    execArgv: ['--expose-gc', '--conditions=@aos-storage/source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}
