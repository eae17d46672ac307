/** What a page is told when something fails: the code, what happened, and what to do about it. */
import { isStorageError, type StorageError, type StorageErrorCode } from '@aos-storage/core'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The body of every answer that is not a success, under `error`. */
export interface Problem {
  readonly code: StorageErrorCode | 'INTERNAL' | 'FOREIGN_REQUEST' | 'NO_ROUTE' | 'OLD_PAGE'
  readonly message: string
  /** What the person at the page can do. */
  readonly fix: string
  readonly operation?: string | undefined
  readonly backend?: string | undefined
  readonly key?: string | undefined
}

const answers: Readonly<Record<StorageErrorCode, readonly [ContentfulStatusCode, string]>> = {
  NOT_FOUND: [404, 'It may have been deleted or moved; look at the list again.'],
  ALREADY_EXISTS: [409, 'Choose another key, or open what is there and change it.'],
  PRECONDITION_FAILED: [412, 'Somebody changed it meanwhile: load it again, or merge.'],
  NOT_MODIFIED: [409, 'You have the current version already.'],
  CONFLICT: [409, 'Look again at what is there now, then repeat.'],
  INVALID_KEY: [400, 'Keys are segments joined by "/", without ".", "..", or empty ones.'],
  INVALID_ARGUMENT: [400, 'Correct the value that the message names.'],
  SERIALIZATION: [422, 'Look at it as text or bytes, or correct the value and save again.'],
  SCHEMA_INVALID: [422, 'Correct the fields that the message names.'],
  UNSUPPORTED: [422, 'The Backend screen shows what this backend can do.'],
  UNAUTHENTICATED: [401, 'Check the credentials that the server was started with.'],
  PERMISSION_DENIED: [403, 'Check who owns the data folder and its files.'],
  QUOTA_EXCEEDED: [507, 'Free some space, or save less.'],
  RATE_LIMITED: [429, 'Wait a moment and repeat.'],
  UNAVAILABLE: [503, 'Look at Health on the Backend screen, then repeat.'],
  TIMEOUT: [504, 'Repeat; if it happens again, look at the Backend screen.'],
  ABORTED: [409, 'It was cancelled; repeat it if that was not meant.'],
  CORRUPT: [500, 'Look at it as hex; restore it from a copy.'],
  LOCKED: [423, 'Another process holds the store; wait, or end that process.'],
  CLOSED: [503, 'The server is stopping; start it again.'],
}

/** What the failed request was about: a code means another thing to do for each. */
export type Subject = 'objects' | 'tables' | 'queues' | 'migration'

/** Where the fix for an object is none. The messages name the rules of names and keys. */
const otherFixes: Readonly<
  Record<Exclude<Subject, 'objects'>, Partial<Readonly<Record<StorageErrorCode, string>>>>
> = {
  tables: {
    NOT_FOUND: 'Read the table again: somebody may have deleted it.',
    ALREADY_EXISTS: 'Choose another RowKey, or open the entity and change it.',
    INVALID_KEY: 'Correct it, then repeat.',
    SERIALIZATION: 'Correct the value that the message names.',
    CORRUPT: 'Look at the Backend screen; restore the table from a copy.',
  },
  queues: {
    NOT_FOUND: 'Look again at what is there now.',
    INVALID_KEY: 'Correct the name, then repeat.',
    CORRUPT: 'Look at the Backend screen; restore the queue from a copy.',
  },
  migration: {
    NOT_FOUND: 'Look again at what is there now.',
    CONFLICT: 'Look again at what runs now.',
    LOCKED: 'Wait until it has ended, or stop it.',
    UNSUPPORTED: 'Choose another store, or other options.',
    QUOTA_EXCEEDED: 'Make room, then repeat.',
    UNAVAILABLE: 'Let it go on when the stores answer again.',
    RATE_LIMITED: 'Let it go on a little later.',
    TIMEOUT: 'Let it go on when the stores answer again.',
    CORRUPT: 'Forget it and begin a new one: what was copied is found.',
  },
}

/** The subject of a request, by the path of its route. */
export function subjectOf(path: string): Subject {
  const screen = /^\/api\/([a-z]+)/.exec(path)?.[1]
  return screen !== undefined && Object.hasOwn(otherFixes, screen) ? (screen as Subject) : 'objects'
}

/** Where the usual fix for an object is none. */
function fixOf({ code, operation, backend }: StorageError): string | undefined {
  // The contract has reads refused so for one reason.
  if (code === 'CONFLICT' && (operation === 'read' || operation === 'readVersion')) {
    return 'It is archived: "Tier", at the object, tells where it is, and brings it back.'
  }
  if (code === 'PERMISSION_DENIED' && backend !== undefined && backend !== 'file') {
    return 'Check what the credentials may do that the server was started with.'
  }
  return undefined
}

/** The answer for whatever was thrown. Nothing unknown is told: it may hold paths or values. */
export function problemOf(
  error: unknown,
  subject: Subject = 'objects',
): { status: ContentfulStatusCode; problem: Problem } {
  if (isStorageError(error)) {
    const [status, usual] = answers[error.code]
    const fix = (subject === 'objects' ? fixOf(error) : otherFixes[subject][error.code]) ?? usual
    const { code, message, operation, backend, key } = error
    return { status, problem: { code, message, fix, operation, backend, key } }
  }
  if (error instanceof HTTPException) {
    const [status, fix] = answers.INVALID_ARGUMENT
    return { status, problem: { code: 'INVALID_ARGUMENT', message: error.message, fix } }
  }
  return {
    status: 500,
    problem: {
      code: 'INTERNAL',
      message: 'The playground failed in a way that it does not know.',
      fix: 'The terminal that runs it shows the error; please report it.',
    },
  }
}
