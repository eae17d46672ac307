/** The other process, or thread: opens the store, then does the jobs that it is sent. */
import { isStorageError } from '@aos-storage/core'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { type FileBackendOptions, FileStorageBackend } from '../../src/index.ts'
import { type JobName, jobs } from './jobs.ts'

/** How the other one opens the store. */
export interface PeerSetup {
  readonly options: FileBackendOptions
  readonly umask?: number | undefined
  /** Becomes this user before it opens the store. */
  readonly uid?: number | undefined
}

export interface PeerRequest {
  readonly id: number
  readonly job: JobName
  readonly args: unknown
}

export interface PeerAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { code: string; message: string; retryable: string | undefined } | undefined
}

function send(answer: PeerAnswer): void {
  if (isMainThread) process.send!(answer)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window
  else parentPort!.postMessage(answer)
}

/** What an error is, across processes. */
function told(error: unknown): NonNullable<PeerAnswer['error']> {
  const { code, message, retryable } = isStorageError(error)
    ? error
    : { code: 'none', message: String((error as Error).stack), retryable: undefined }
  return { code, message, retryable }
}

function main(): void {
  const setup = (isMainThread ? JSON.parse(process.argv[2]!) : workerData) as PeerSetup
  if (setup.umask !== undefined) process.umask(setup.umask)
  if (setup.uid !== undefined) {
    process.setgroups!([])
    process.setgid!(setup.uid)
    process.setuid!(setup.uid)
  }
  let store: FileStorageBackend
  try {
    store = new FileStorageBackend(setup.options)
  } catch (error) {
    send({ id: -1, error: told(error) })
    process.exitCode = 1
    return
  }
  const answer = async ({ id, job, args }: PeerRequest): Promise<void> => {
    try {
      const work = jobs[job] as (store: FileStorageBackend, args: unknown) => Promise<unknown>
      send({ id, result: await work(store, args) })
    } catch (error) {
      send({ id, error: told(error) })
    }
  }
  if (isMainThread) {
    process.on('message', (request: PeerRequest) => void answer(request))
    process.on('disconnect', () => process.exit())
  } else {
    parentPort!.on('message', (request: PeerRequest) => void answer(request))
  }
  send({ id: -1 })
}

main()
