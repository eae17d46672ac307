/** What cases expect, with failures that tell key, operation and what was expected. */
import assert from 'node:assert/strict'
import type { ListedObject, ListOptions, ObjectInfo, StorageBackend } from '../../backend.ts'
import { isStorageError, type StorageError, type StorageErrorCode } from '../../errors.ts'
import { compareKeys, quoteKey } from '../../keys.ts'
import { listPages, readText } from './objects.ts'

/** Runs `call`, which must be refused with one of `codes`; gives the error. */
export async function expectError(
  codes: StorageErrorCode | readonly StorageErrorCode[],
  doing: string,
  call: () => Promise<unknown>,
): Promise<StorageError> {
  const expected = typeof codes === 'string' ? [codes] : codes
  const due = `expected ${expected.join(' or ')}`
  let promise: Promise<unknown>
  try {
    promise = call()
  } catch (error) {
    throw failure(`${doing} threw ${nameOf(error)} at once instead of rejecting; ${due}`)
  }
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (outcome === undefined) throw failure(`${doing} succeeded; ${due}`)
  if (isStorageError(outcome.error, ...expected)) return outcome.error
  throw failure(`${doing} rejected with ${nameOf(outcome.error)}; ${due}`)
}

function failure(message: string): Error {
  return new assert.AssertionError({ message })
}

/** An error for a message: its code, or its class when it is no StorageError. */
export function nameOf(error: unknown): string {
  if (isStorageError(error)) return `${error.code} (${error.message})`
  return error instanceof Error
    ? `a ${error.name}, no StorageError (${error.message})`
    : String(error)
}

/** Text of a stored object, whole. */
export async function expectText(
  backend: StorageBackend,
  key: string,
  expected: string,
  when: string,
): Promise<void> {
  const text = await readText(backend, key)
  if (text === expected) return
  const shown = (whole: string): string =>
    whole.length > 60
      ? `${whole.length} characters beginning ${quoteKey(whole.slice(0, 40))}`
      : quoteKey(whole)
  assert.fail(`read(${quoteKey(key)}) ${when}: ${shown(text)}, expected ${shown(expected)}`)
}

/** Nobody can find the object: not by stat, read or list. */
export async function expectMissing(
  backend: StorageBackend,
  key: string,
  when: string,
): Promise<void> {
  const quoted = quoteKey(key)
  await expectError('NOT_FOUND', `stat(${quoted}) ${when}`, () => backend.stat(key))
  await expectError('NOT_FOUND', `read(${quoted}) ${when}`, () => backend.read(key))
  const { objects } = await backend.list({ prefix: key, limit: 1 })
  assert.ok(objects[0]?.key !== key, `list() shows ${quoted} ${when}; it must be gone`)
}

/** Same object, same version, same facts. */
function expectSameInfo(actual: ObjectInfo, expected: ObjectInfo, what: string): void {
  assert.deepEqual(plainInfo(actual), plainInfo(expected), what)
}

/** What a write or a copy gave is what is told later; its time may be one step off. */
export function expectWritten(
  { capabilities }: Pick<StorageBackend, 'capabilities'>,
  actual: ObjectInfo,
  written: ObjectInfo,
  what: string,
): void {
  const stepMs = capabilities.modifiedAtResolutionMs
  const offMs = Math.abs(+actual.modifiedAt - +written.modifiedAt)
  const isNear = stepMs > 1 && offMs <= stepMs
  expectSameInfo(isNear ? { ...actual, modifiedAt: written.modifiedAt } : actual, written, what)
}

function plainInfo(info: ObjectInfo): Record<string, unknown> {
  const { key, size, etag, modifiedAt, contentType, metadata } = info
  return { key, size, etag, modifiedAt: +modifiedAt, contentType, metadata: { ...metadata } }
}

/**
 * A listed object is what `stat` tells; type and metadata may be left out, and the size is that of
 * the body unless `listedSize` claims less.
 */
export function expectListed(
  backend: Pick<StorageBackend, 'capabilities'>,
  actual: ListedObject,
  expected: ObjectInfo,
  what: string,
): void {
  expectSameInfo(listedInfo(backend, actual, expected), expected, what)
}

/** A listed object with what listings leave out, as `stat` tells it. */
export function listedInfo(
  { capabilities }: Pick<StorageBackend, 'capabilities'>,
  listed: ListedObject,
  stat: ObjectInfo,
): ObjectInfo {
  const { contentType = stat.contentType, metadata = stat.metadata } = listed
  const isBytes = Number.isSafeInteger(listed.size) && listed.size >= 0
  assert.ok(isBytes, `size of the listed object ${quoteKey(listed.key)} is ${listed.size}`)
  const size = capabilities.listedSize === 'stored' ? stat.size : listed.size
  return { ...listed, size, contentType, metadata }
}

/**
 * Walks a listing page by page and checks what holds for every listing: no page over its limit,
 * keys and prefixes each ascending by UTF-8 bytes, and pages that do not overlap.
 */
export async function expectListing(
  backend: StorageBackend,
  options: ListOptions,
  expected: { readonly keys: readonly string[]; readonly prefixes?: readonly string[] },
  when: string,
): Promise<void> {
  const { signal: _, ...shown } = options
  const doing = `list(${JSON.stringify(shown)}) ${when}`
  const pages = await listPages(backend, options)
  const limit = options.limit ?? backend.capabilities.listPageMax
  let last: string | undefined
  for (const [at, { objects, prefixes }] of pages.entries()) {
    const count = objects.length + prefixes.length
    assert.ok(count <= limit, `${doing}: page ${at} has ${count} entries; at most ${limit}`)
    const keys = objects.map(({ key }) => key)
    expectAscending(keys, `${doing}: keys of page ${at}`)
    expectAscending(prefixes, `${doing}: prefixes of page ${at}`)
    const entries = [...keys, ...prefixes].sort(compareKeys)
    if (last !== undefined && entries.length > 0) {
      expectAscending([last, entries[0]!], `${doing}: end of page ${at - 1} and page ${at}`)
    }
    last = entries.at(-1) ?? last
  }
  const keys = pages.flatMap(({ objects }) => objects.map(({ key }) => key))
  expectKeys(keys, expected.keys, `${doing}: keys`)
  const prefixes = pages.flatMap((page) => page.prefixes)
  expectKeys(prefixes, expected.prefixes ?? [], `${doing}: common prefixes`)
}

/** The same bytes; tells where they differ, for a diff of large arrays would take minutes. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) === 0) return
  const at = expected.findIndex((byte, index) => byte !== actual[index])
  const place = at === -1 ? 'goes on behind its end' : `differs from byte ${at} on`
  assert.fail(
    `${what}: ${actual.byteLength} bytes came, ${expected.byteLength} were expected; it ${place}`,
  )
}

/** The same keys in the same order; tells the first that differs. */
export function expectKeys(
  actual: readonly string[],
  expected: readonly string[],
  what: string,
): void {
  const length = Math.max(actual.length, expected.length)
  for (let at = 0; at < length; at++) {
    const [came, wanted] = [actual[at], expected[at]]
    if (came === wanted) continue
    const shown = (key: string | undefined): string => (key === undefined ? 'none' : quoteKey(key))
    assert.fail(
      `${what}: entry ${at} is ${shown(came)}, expected ${shown(wanted)} ` +
        `(${actual.length} came, ${expected.length} expected: ${shortList(actual)})`,
    )
  }
}

function shortList(keys: readonly string[]): string {
  return keys.slice(0, 12).map(quoteKey).join(', ') + (keys.length > 12 ? ', ...' : '')
}

/** Strictly ascending by UTF-8 bytes. */
export function expectAscending(keys: readonly string[], what: string): void {
  for (let at = 1; at < keys.length; at++) {
    const [before, after] = [keys[at - 1]!, keys[at]!]
    assert.ok(
      Buffer.compare(Buffer.from(before), Buffer.from(after)) < 0,
      `${what}: ${quoteKey(before)} comes before ${quoteKey(after)}; order is by UTF-8 bytes`,
    )
  }
}
