/**
 * Etags of several stores, told apart: the etag of one store must never match an object of another
 * by accident.
 *
 * ```
 * anything              of the primary, as it is
 * aos-fallback:NAME:X   etag X of the fallback NAME
 * aos-fallback:~:ID     an outage write: ID is its version
 * aos-fallback:=:X      etag X of a primary that itself begins with aos-fallback:
 * ```
 */
import type { ListedObject } from '../../backend.ts'
import { fallbackIdMetadata } from './records.ts'

const tag = 'aos-fallback:'
const ofOutage = '~'
const ofPrimary = '='

/** Whose an etag is, and what it is there. */
export type Token =
  | { readonly of: 'primary'; readonly etag: string }
  | { readonly of: 'outage'; readonly version: string }
  | { readonly of: 'store'; readonly store: string; readonly etag: string }

/** The etag that callers get for one of the primary. */
export function primaryToken(etag: string): string {
  return etag.startsWith(tag) ? `${tag}${ofPrimary}:${etag}` : etag
}

/** The etag that callers get for one of a fallback. */
export function storeToken(store: string, etag: string): string {
  return `${tag}${store}:${etag}`
}

/** The etag that callers get for an outage write. */
export function outageToken(version: string): string {
  return `${tag}${ofOutage}:${version}`
}

/** An etag that the primary has for nothing, in place of one that another store gave. */
export function foreignToken(token: string): string {
  return `${tag}${ofPrimary}:${token}`
}

/** What a caller's etag means. */
export function parseToken(token: string): Token {
  if (!token.startsWith(tag)) return { of: 'primary', etag: token }
  const rest = token.slice(tag.length)
  const at = rest.indexOf(':')
  const store = rest.slice(0, Math.max(0, at))
  const etag = rest.slice(at + 1)
  if (store === ofPrimary) return { of: 'primary', etag }
  if (store === ofOutage) return { of: 'outage', version: etag }
  return { of: 'store', store, etag }
}

/** The object as callers see it: with its etag told apart, and without this layer's own mark. */
export function shown<T extends ListedObject>(object: T, etag: string): T {
  const { metadata } = object
  if (metadata === undefined || !(fallbackIdMetadata in metadata)) {
    return etag === object.etag ? object : { ...object, etag }
  }
  const { [fallbackIdMetadata]: _mark, ...rest } = metadata
  return { ...object, etag, metadata: rest }
}
