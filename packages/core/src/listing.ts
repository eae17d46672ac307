/**
 * Listings: cursors and delimiters, the same on every backend that pages by itself.
 *
 * A cursor says which entry came last, not how many came, so that pages stay stable while others
 * insert and delete. It also remembers what it was made for: another prefix is refused, because a
 * page that silently skips is data loss to the one who copies by listing.
 */
import { createHash } from 'node:crypto'
import type { ListedObject, ListOptions, ListPage } from './backend.ts'
import { StorageError } from './errors.ts'
import { compareKeys } from './keys.ts'

/** The default page size, and the most of the backends in this package. */
export const listPageMax = 1000

/** Where a listing stands: behind this entry, which was an object or a common prefix. */
export interface ListPosition {
  readonly after: string
  readonly kind: 'object' | 'prefix'
  /** A backend's own hint to go on faster; may be stale, never needed. */
  readonly session?: string | undefined
}

/** The scope that a cursor belongs to. */
type ListScope = Pick<ListOptions, 'prefix' | 'delimiter'>

/** Makes the opaque cursor of a position. */
export function encodeCursor(position: ListPosition, scope: ListScope): string {
  const kind = position.kind === 'prefix' ? 1 : 0
  const parts = [1, kind, position.after, scopeHash(scope), position.session ?? '']
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws StorageError `INVALID_ARGUMENT` for a cursor that is damaged or of another listing. */
export function decodeCursor(cursor: string, scope: ListScope): ListPosition {
  const parts = parseCursor(cursor)
  const [version, kind, after, hash, session] = parts
  if (version !== 1 || typeof after !== 'string' || typeof session !== 'string') {
    throw cursorError('is damaged or was made by another version')
  }
  if (hash !== scopeHash(scope)) throw cursorError('belongs to another prefix or delimiter')
  return { after, kind: kind === 1 ? 'prefix' : 'object', ...(session === '' ? {} : { session }) }
}

function parseCursor(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === 5) return parts
  } catch {
    // Told below: why it does not parse is of no use to the caller.
  }
  throw cursorError('is damaged')
}

function cursorError(fault: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The list cursor ${fault}; start the listing again without a cursor`,
  )
}

/**
 * Finds out when a backend's pages go round in a circle: going on would never end. In constant
 * memory (Brent's algorithm): one cursor is kept, and replaced after 2, 4, 8, … pages, so that in
 * time the circle is shorter than the wait.
 */
export class CircleWatch {
  #kept: string | undefined
  #pages = 0
  #pagesMax = 1

  /** @throws StorageError `UNAVAILABLE` when this cursor was given before. */
  pass(cursor: string): void {
    if (cursor === this.#kept) {
      throw new StorageError('UNAVAILABLE', 'The backend gave the same list cursor twice', {
        operation: 'list',
        retryable: 'no',
      })
    }
    if (++this.#pages < this.#pagesMax) return
    this.#kept = cursor
    this.#pages = 0
    this.#pagesMax *= 2
  }
}

function scopeHash(scope: ListScope): string {
  const text = JSON.stringify([scope.prefix ?? '', scope.delimiter ?? ''])
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}

/**
 * The common prefix that `key` is rolled up into, or undefined when it stands for itself: all up to
 * and with the first delimiter behind the prefix.
 */
export function commonPrefix(
  key: string,
  prefix: string,
  delimiter: string | undefined,
): string | undefined {
  if (delimiter === undefined || delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : key.slice(0, at + delimiter.length)
}

/** True when `key` was already passed: it stands at or before the position, or is inside it. */
export function isPassed(key: string, position: ListPosition | undefined): boolean {
  if (position === undefined) return false
  if (position.kind === 'prefix' && key.startsWith(position.after)) return true
  return compareKeys(key, position.after) <= 0
}

/**
 * Cuts one page out of entries that come in key order, and says when it is full. By `rolledUp` the
 * source can jump over the rest of a prefix.
 */
export class PageBuilder {
  readonly #options: ListOptions
  readonly #limit: number
  readonly #objects: ListedObject[] = []
  readonly #prefixes: string[] = []
  /** The last entry that changed the page: a key or a prefix. */
  #last: string | undefined
  #lastKind: ListPosition['kind'] = 'object'
  #isFull = false

  constructor(options: ListOptions, limit: number) {
    this.#options = options
    this.#limit = limit
  }

  /** The prefix that the last entry was rolled up into: its other keys change nothing. */
  get rolledUp(): string | undefined {
    return this.#lastKind === 'prefix' ? this.#last : undefined
  }

  /**
   * Takes the next entry; false when it does not fit any more, and the page has a cursor.
   *
   * @param entry Called only when the object stands for itself; undefined when it is gone by now.
   */
  add(key: string, entry: () => ListedObject | undefined): boolean {
    const rolledUp = commonPrefix(key, this.#options.prefix ?? '', this.#options.delimiter)
    if (rolledUp !== undefined && rolledUp === this.rolledUp) return true
    if (this.#objects.length + this.#prefixes.length >= this.#limit) {
      this.#isFull = true
      return false
    }
    if (rolledUp === undefined) {
      const object = entry()
      if (object === undefined) return true
      this.#objects.push(object)
    } else {
      this.#prefixes.push(rolledUp)
    }
    this.#last = rolledUp ?? key
    this.#lastKind = rolledUp === undefined ? 'object' : 'prefix'
    return true
  }

  /** The page; it has a cursor when an entry did not fit. */
  page(session?: string): ListPage {
    const after = this.#isFull ? this.#last : undefined
    const position = after === undefined ? undefined : { after, kind: this.#lastKind, session }
    const cursor = position === undefined ? undefined : encodeCursor(position, this.#options)
    return { objects: this.#objects, prefixes: this.#prefixes, cursor }
  }
}
