/**
 * The process in which rounds run: loads the bench file, runs the jobs that it is given over IPC
 * and answers each with its result. Started by `runner.ts` with `--expose-gc`.
 */
import { measure, type MeasureOptions, type RoundResult } from './measure.ts'
import { suitesOf } from './suite-files.ts'

/** One round of one rival. */
export interface Job extends MeasureOptions {
  readonly file: string
  readonly suite: string
  readonly rival: string
}

/** A round's outcome, as it crosses the process boundary. */
export type JobOutcome =
  | { readonly result: RoundResult }
  | { readonly unavailable: string }
  | { readonly error: string }

async function perform(job: Job): Promise<JobOutcome> {
  try {
    const suites = await suitesOf(job.file)
    const suite = suites.find((each) => each.name === job.suite)
    const rival = suite?.rivals.find((each) => each.name === job.rival)
    if (suite === undefined || rival === undefined) {
      return { error: `${job.file} has no suite '${job.suite}' with a rival '${job.rival}'.` }
    }
    const reason = await rival.unavailable?.()
    if (reason !== undefined) return { unavailable: reason }
    return { result: await measure(suite, rival, job) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

process.on('message', (job: Job) => {
  void perform(job).then((outcome) => process.send?.(outcome))
})
// The runner went away: nobody is left to read results.
process.on('disconnect', () => process.exit(1))
