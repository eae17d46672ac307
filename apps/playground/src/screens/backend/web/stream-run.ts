/**
 * A piece of work that the server streams: it goes on while another section is looked at, and its
 * last result stays until the page is closed, or may be of another store.
 */
import { useSyncExternalStore } from 'react'
import { type ActionText, act } from '../../../web/actions.ts'
import { lines, request } from '../../../web/api.ts'
import { onLive } from '../../../web/live.ts'
import { type Problem, ProblemError, problemOf } from '../../../web/problem.ts'
import type { Line } from '../server/wire.ts'

/** Where a piece of work stands. */
export interface StreamState<Progress, Result> {
  readonly isRunning: boolean
  /** The last that was told, of the run that is under way or was cancelled. */
  readonly progress?: Progress | undefined
  /** Of the last run that came to its end. */
  readonly result?: Result | undefined
  /** Milliseconds since 1970, when the result came. */
  readonly endedAt?: number | undefined
  readonly durationMs?: number | undefined
  /** Why the last run did not come to its end. */
  readonly problem?: Problem | undefined
}

export class StreamRun<Progress, Result> {
  readonly #path: string
  readonly #text: () => ActionText
  readonly #watchers = new Set<() => void>()
  #state: StreamState<Progress, Result> = { isRunning: false }
  #running: AbortController | undefined

  /** @param path The route that answers with {@link Line}s. */
  constructor(path: string, text: () => ActionText) {
    this.#path = path
    this.#text = text
    onLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
      // Maybe another run of the server, on another data folder.
      if (isMissed) this.#forget()
    })
  }

  get state(): StreamState<Progress, Result> {
    return this.#state
  }

  /** Starts, when it does not run already. */
  start(): void {
    if (this.#running !== undefined) return
    const running = new AbortController()
    this.#running = running
    this.#change({ isRunning: true, progress: undefined, problem: undefined })
    void this.#run(running.signal)
  }

  cancel(): void {
    this.#running?.abort()
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Never rejects: a failure is a state. */
  async #run(signal: AbortSignal): Promise<void> {
    const startedMs = performance.now()
    try {
      const result = await act(this.#text(), (id) => this.#read(id, signal))
      this.#change({ result, durationMs: performance.now() - startedMs, endedAt: Date.now() })
    } catch (error) {
      this.#change({ problem: problemOf(error) })
    } finally {
      this.#running = undefined
      this.#change({ isRunning: false })
    }
  }

  async #read(id: string, signal: AbortSignal): Promise<Result> {
    const response = await request(this.#path, id, { signal })
    for await (const batch of lines<Line<Progress, Result>>(response)) {
      for (const line of batch) {
        if ('result' in line) return line.result
        if ('error' in line) throw new ProblemError(line.error)
      }
      const last = batch.at(-1)
      if (last !== undefined && 'progress' in last) this.#change({ progress: last.progress })
    }
    throw new ProblemError({
      code: 'UNAVAILABLE',
      message: 'The playground stopped amid its answer.',
      fix: 'Look at the terminal that runs it, then repeat.',
    })
  }

  #forget(): void {
    const nothing = { result: undefined, endedAt: undefined, durationMs: undefined }
    this.#change({ ...nothing, problem: undefined })
  }

  #change(part: Partial<StreamState<Progress, Result>>): void {
    this.#state = { ...this.#state, ...part }
    for (const watcher of this.#watchers) watcher()
  }
}

/** The state of a run, as it changes. */
export function useStreamRun<Progress, Result>(
  run: StreamRun<Progress, Result>,
): StreamState<Progress, Result> {
  return useSyncExternalStore(
    (watcher) => run.watch(watcher),
    () => run.state,
  )
}
