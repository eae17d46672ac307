/**
 * What travels between the Objects screen's page and its server. Types only: both sides import it.
 *
 * Answers that are no success are `{ "error": Problem }`; streams are `application/x-ndjson`, one
 * of the line types below a line. All sizes and offsets are in bytes.
 */
import type { Problem } from '../../../server/problem.ts'

/** A common prefix in a listing: what a person takes for a folder. */
export interface PrefixRow {
  readonly kind: 'prefix'
  /** Ends with the delimiter. */
  readonly prefix: string
}

/** An object in a listing. */
export interface ObjectRow {
  readonly kind: 'object'
  readonly key: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** Absent where a listing does not tell it. */
  readonly contentType?: string | undefined
  readonly etag: string
}

export type Row = PrefixRow | ObjectRow

/** A line of `GET /entries`: rows in UTF-8 order of key, then one `end` or one `error`. */
export type EntriesLine =
  | { readonly rows: readonly Row[] }
  | { readonly end: EntriesEnd }
  | ErrorLine

export interface EntriesEnd {
  readonly count: number
  /** The limit was reached before the end of the listing. */
  readonly isTruncated: boolean
}

/** What ended a stream that had begun. */
export interface ErrorLine {
  readonly error: Problem
}

/** `GET /prefixes`. */
export interface Prefixes {
  readonly prefixes: readonly string[]
  readonly isTruncated: boolean
}

/** `POST /rows`: in the order of the keys, null for what is not there. */
export interface Rows {
  readonly rows: readonly (ObjectRow | null)[]
}

/** How an object can be looked at; by its content type, else by its first bytes. */
export type ObjectKind = 'json' | 'text' | 'image' | 'value' | 'binary'

/** What is known of one object. */
export interface ObjectDetails {
  readonly key: string
  readonly size: number
  readonly etag: string
  /** ISO 8601, UTC. */
  readonly modifiedAt: string
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
  /** An old version, by the id of the service; undefined for the current one. */
  readonly version?: string | undefined
  /** The file that holds it; null when it went meanwhile. */
  readonly path: string | null
  readonly kind: ObjectKind
}

/** A version in `GET /versions`. */
export interface VersionRow {
  /** The service's own. */
  readonly id: string
  readonly isCurrent: boolean
  readonly size: number
  readonly etag: string
  /** ISO 8601, UTC. */
  readonly modifiedAt: string
}

/** `GET /versions`: the newest first. */
export interface VersionList {
  readonly versions: readonly VersionRow[]
  /** There are more, which are not listed. */
  readonly isTruncated: boolean
}

/** A version in `GET /history`. */
export interface HistoryRow {
  readonly version: number
  /** The key of its object: `KEY/vN`. */
  readonly objectKey: string
  readonly isCurrent: boolean
  /** It is stored, and was not yet made current. */
  readonly isPending: boolean
  readonly size: number
  /** ISO 8601, UTC. */
  readonly modifiedAt: string
}

/** The versions of a value that `saveVersioned` keeps, the newest first. */
export interface History {
  /** Of the value: its objects are `KEY/current` and `KEY/vN`. */
  readonly key: string
  /** The number that the pointer tells; the object of that version may be missing. */
  readonly current: number
  readonly versions: readonly HistoryRow[]
  /** There are more, which are not listed. */
  readonly isTruncated: boolean
}

/** `GET /history`: null for an object that belongs to no such value. */
export interface HistoryFound {
  readonly history: History | null
}

/** `POST /history/save` and `POST /history/rollback`: the version that is current now. */
export interface VersionMoved extends Undoable {
  readonly version: number
}

/** `POST /history/prune`. */
export interface Pruned {
  readonly removed: number
  readonly kept: number
  /** The first 100. */
  readonly failed: readonly { readonly version: number; readonly problem: Problem }[]
}

/** `GET /comparable`: an object, or an old version of it, as far as it can be compared. */
export interface Comparable {
  readonly details: ObjectDetails
  /** Of JSON and text as it is, of a value as Node.js prints it. Undefined: it is none. */
  readonly text?: string | undefined
  /** Hexadecimal. Undefined for more than 1 MiB, of which nothing is read. */
  readonly sha256?: string | undefined
}

/** `GET /tier` and `PUT /tier`. */
export interface ObjectTier {
  readonly tier: string
  /** False: it is archived, or on its way out of the archive. */
  readonly isReadable: boolean
  /** The tier that it is on its way to, which may take hours. */
  readonly rehydratingTo?: string | undefined
  /** When what is readable of an archived object ends. ISO 8601, UTC. */
  readonly readableUntil?: string | undefined
  /** Tiers that the service has, this one among them. */
  readonly names: readonly string[]
}

/** `POST /link`: whoever has the URL may make the request. */
export interface SignedRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

/** `GET /value`. */
export interface ValueText {
  readonly text: string
}

/** An action that `POST /undo` takes back. */
export interface UndoOffer {
  readonly id: string
  /** What would be undone: `Deleted 9 objects`. */
  readonly label: string
  /** Of the one object that it is about. */
  readonly key?: string | undefined
}

/** `GET /undo`. */
export interface UndoState {
  /** What can be taken back, the newest first. */
  readonly offers: readonly AgedOffer[]
  /** All that is replaced or deleted is kept in so many bytes, at the cost of the oldest. */
  readonly bytesMax: number
  /** Actions that are kept. */
  readonly entriesMax: number
}

interface AgedOffer extends UndoOffer {
  /** Since the action was over. */
  readonly ageMs: number
  /** The `id` of the transfer that it was. */
  readonly run?: string | undefined
}

/** Whether an action can be taken back. */
export interface Undoable {
  /** Null when there is nothing to undo, or no room to keep it. */
  readonly undo: UndoOffer | null
  /** Why it cannot be undone, when that is so. */
  readonly undoRefusal?: string | undefined
}

/** `PUT /text` and `PUT /upload`. */
export interface Saved extends Undoable {
  readonly info: ObjectDetails
}

/** `POST /uploads`: begins a resumable upload, or finds the one that is under way. */
export interface UploadRequest {
  readonly key: string
  readonly size: number
  readonly contentType: string
  readonly isOverwrite: boolean
  /** Tells the file from others: its name, size and time. At most 1,024 characters. */
  readonly fingerprint: string
}

/** Where an upload stands: the next byte that the server wants. */
export interface UploadOpened {
  readonly id: string
  readonly offset: number
}

/** `PATCH /uploads/:id`; with `saved` when the object is written. */
export interface UploadProgress {
  readonly offset: number
  readonly saved?: Saved | undefined
}

/** `DELETE /upload/:id` and `DELETE /uploads/:id`: what was written, when it was too late. */
export interface UploadCancelled {
  readonly saved?: Saved | undefined
}

/** An upload that waits for bytes. */
export interface PendingUpload {
  readonly id: string
  readonly key: string
  readonly size: number
  readonly offset: number
  readonly fingerprint: string
}

/** `GET /uploads`. */
export interface PendingUploads {
  readonly uploads: readonly PendingUpload[]
}

/** One object of a transfer; `to` for copies and moves. With an etag only that version. */
export interface TransferItem {
  readonly key: string
  readonly to?: string | undefined
  readonly etag?: string | undefined
}

/** All objects under a prefix; `to` is the prefix that replaces it. */
export interface TransferPrefix {
  readonly prefix: string
  readonly to?: string | undefined
}

/** `POST /transfer`. */
export interface TransferRequest {
  readonly kind: 'copy' | 'move' | 'delete'
  readonly items: readonly TransferItem[]
  readonly prefixes: readonly TransferPrefix[]
  /** Replace what is at a destination. Default false: such keys fail with `ALREADY_EXISTS`. */
  readonly isOverwrite?: boolean | undefined
  /** Names the run for `POST /transfer/stop`, and in `GET /undo`. A UUID. */
  readonly id?: string | undefined
  /** Only counts: the result tells how many objects and bytes, and whether undo would work. */
  readonly isDryRun?: boolean | undefined
}

/** A line of `POST /transfer` and `POST /undo`: progress now and then, then one of the others. */
export type TransferLine =
  | { readonly progress: TransferProgress }
  | { readonly result: TransferResult }
  | ErrorLine

export interface TransferProgress {
  /** Objects that are over, failed ones included. */
  readonly done: number
  readonly total: number
  /** Of objects that succeeded. */
  readonly bytes: number
}

export interface TransferResult extends Undoable {
  /** Objects that succeeded; in a dry run, all that there are. */
  readonly done: number
  readonly bytes: number
  /** The first 100. */
  readonly failed: readonly TransferFailure[]
  readonly failedCount: number
  /** Objects that were not begun, because it was stopped. */
  readonly leftCount: number
}

export interface TransferFailure {
  readonly key: string
  readonly problem: Problem
}
