/**
 * Where a copy comes from, in its reserved metadata: which version of the source it is, and when
 * that was last changed. No service lets the time of an object be set, so it is kept here.
 *
 *   aos-source-version   22 characters: hash of the source's etag, time and size, as it was listed;
 *                        and 8: the run of the migration that made the copy
 *   aos-modified-at      ISO 8601, UTC: the time of the first source, where copies are copied on
 *
 * Whoever writes the object anew through a manager drops both, so that what carries them is the
 * copy that was made.
 */
import { hash } from 'node:crypto'
import type { ListedObject, Metadata } from '../backend.ts'

const versionName = 'aos-source-version'
const timeName = 'aos-modified-at'

/** What both take: names and values, in bytes. */
export const originBytes: number = versionName.length + 30 + timeName.length + 24

/** A version of the source in few characters, as long for every store. */
export function sourceVersion({ etag, modifiedAt, size }: ListedObject): string {
  const text = JSON.stringify([etag, modifiedAt.getTime(), size])
  return hash('sha256', text, 'base64url').slice(0, 22)
}

/**
 * @param stored All metadata of the source: of a copy, its own origin lives on.
 * @param run Eight characters, of the run that makes the copy.
 */
export function originOf(source: ListedObject, stored: Metadata, run: string): Metadata {
  const time = timeOf(stored) ?? source.modifiedAt
  return { [versionName]: sourceVersion(source) + run, [timeName]: time.toISOString() }
}

/** What a copy was made of, and by which run; undefined for what is no copy. */
export function copyMark(stored: Metadata): { version: string; run: string } | undefined {
  const text = stored[versionName]
  if (text?.length !== 30) return undefined
  return { version: text.slice(0, 22), run: text.slice(22) }
}

/**
 * When an object was last changed before it was migrated, or undefined for one that was not. Takes
 * what the backend tells: `originalTime(await store.backend.stat(key))`.
 */
export function originalTime(info: { readonly metadata?: Metadata | undefined }): Date | undefined {
  return timeOf(info.metadata ?? {})
}

function timeOf(stored: Metadata): Date | undefined {
  const text = stored[timeName]
  const time = text === undefined ? undefined : new Date(text)
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time
}
