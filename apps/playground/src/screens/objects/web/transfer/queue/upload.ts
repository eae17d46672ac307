/**
 * One file on its way into the store.
 *
 *     waiting ──► running ──► done
 *        ▲           ├──► exists, failed ──► (the person) waiting
 *        │           └──► cancelling ──► it leaves the list; done, when that was too late
 *        └── interrupted: begun by an earlier page; the person chooses the file again
 *     refused: its key cannot be; no byte was sent
 */
import type { Problem } from '../../../../../web/problem.ts'

export type UploadState =
  | 'waiting'
  | 'running'
  | 'cancelling'
  | 'done'
  | 'exists'
  | 'failed'
  | 'refused'
  | 'interrupted'

export interface Upload {
  /** In this page. */
  readonly id: number
  readonly key: string
  readonly size: number
  /** Where the file was, below what the person chose. */
  readonly path: string
  /** Undefined while interrupted: a page cannot open a file by itself. */
  readonly file: File | undefined
  /**
   * Tells the file from others; see {@link fingerprintOf}. Empty for one that goes in one piece.
   */
  readonly fingerprint: string
  readonly state: UploadState
  readonly isOverwrite: boolean
  /** That the server has, and what is on its way to it. */
  readonly sentBytes: number
  /** The server did not answer: it is asked again in a while. */
  readonly isStalled: boolean
  /**
   * Of `exists`, `failed`, `refused`; of `interrupted`, why the chosen file was not taken; of
   * `done`, that it should not have been.
   */
  readonly problem: Problem | undefined
  /** The name that the server gave an upload in parts. */
  readonly serverId: string | undefined
  /** Of what is at the key, as far as it is known. */
  readonly takenBytes?: number | undefined
}

/** A file that the person chose. */
export interface ChosenFile {
  readonly file: File
  /** With the folders that it is in, from the chosen one on. */
  readonly path: string
}

/** Names are cut: the server keeps so many characters. */
const nameLengthMax = 900

/** The same for the same file in the same version, in every page. */
export function fingerprintOf({ name, size, lastModified }: File): string {
  return `${size} ${lastModified} ${name.slice(0, nameLengthMax)}`
}

/** The name in a fingerprint. */
export function nameIn(fingerprint: string): string {
  return fingerprint.split(' ').slice(2).join(' ')
}
