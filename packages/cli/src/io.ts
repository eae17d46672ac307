/** The outside of a command, so that tests can be it. */
import type { Clock, Environment } from '@aos-storage/core'

/** A stream that a person or a pipe reads. */
export interface TextSink {
  /** True when a person watches. */
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** As of Node's streams: `done` when it can take more, with an error when the reader has gone. */
  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): boolean
}

/** Where bytes and answers come from. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean | undefined
}

/** What a run has of the world around it; tests give one of their own. */
export interface CommandIo {
  readonly env: Environment
  /** Where relative paths begin. */
  readonly cwd: string
  /** For what can be found out again; without it nothing is kept. Made when missing. */
  readonly cacheFolder?: string | undefined
  readonly stdin: ByteInput
  readonly stdout: TextSink
  readonly stderr: TextSink
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal
  readonly clock: Clock
}
