/**
 * Reads an audit log line by line, whoever kept it: the bytes of a file, or of objects in order.
 *
 * Invariant: a part of a line never passes for an entry: no cut JSON object is JSON. A line that is
 * none was never acknowledged; it is told, and does not end the reading.
 */
import { decodeJson } from '../../codecs/json.ts'
import { isStorageError } from '../../errors.ts'
import { describe } from '../../options.ts'
import { type AuditEntry, auditEntryVersion } from './entry.ts'

/** Longest line that is held; the rest of a longer one is passed over, and told as torn. */
const lineBytesMax = 1024 ** 2

/** One line: an entry, or why it is none. Lines are counted from 1, empty ones too. */
export type AuditLine =
  | { readonly line: number; readonly entry: AuditEntry; readonly fault?: undefined }
  | { readonly line: number; readonly fault: 'torn' | 'unknown-version' }

/**
 * The lines of a log, in constant memory. Empty lines are passed over.
 *
 * @param chunks The bytes in order: `createReadStream(path)`, or `[await readFile(path)]`.
 * @throws TypeError for what is no such thing, a path say.
 */
export function readAuditLog(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<AuditLine, void, undefined> {
  assertChunks(chunks)
  return linesIn(chunks)
}

function assertChunks(chunks: unknown): void {
  const isLoose = typeof chunks !== 'object' || chunks === null || chunks instanceof Uint8Array
  if (!isLoose && (Symbol.asyncIterator in chunks || Symbol.iterator in chunks)) return
  throw new TypeError(
    `readAuditLog takes chunks of bytes, not ${describe(chunks)}; give createReadStream(path), ` +
      '[bytes], or the bodies of a keyPrefixSink one after the other',
  )
}

async function* linesIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<AuditLine, void, undefined> {
  let line = 0
  for await (const bytes of linesOf(chunks)) {
    line++
    if (bytes?.byteLength !== 0) yield { line, ...parsed(bytes) }
  }
}

/** Undefined stands for a line that is too long. */
async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array | undefined> {
  let parts: Uint8Array[] = []
  let bytes = 0
  const take = (part: Uint8Array): void => {
    bytes += part.byteLength
    if (bytes <= lineBytesMax) parts.push(part)
    else parts = []
  }
  const end = (): Uint8Array | undefined => {
    const whole = bytes <= lineBytesMax ? Buffer.concat(parts) : undefined
    parts = []
    bytes = 0
    return whole
  }
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(
        `readAuditLog takes chunks of bytes, and got ${describe(chunk)}; give ` +
          'createReadStream(path) without an encoding',
      )
    }
    let start = 0
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, start)) {
      take(chunk.subarray(start, at))
      yield end()
      start = at + 1
    }
    // A copy: whoever gives chunks may use their memory again.
    if (start < chunk.byteLength) take(chunk.slice(start))
  }
  if (bytes > 0) yield end()
}

type Parsed = { readonly entry: AuditEntry } | { readonly fault: 'torn' | 'unknown-version' }

function parsed(bytes: Uint8Array | undefined): Parsed {
  const value = bytes === undefined ? undefined : jsonOf(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { fault: 'torn' }
  const { version, id, at, actor, action, resource, outcome } = value as Partial<AuditEntry>
  if (version !== auditEntryVersion) return { fault: 'unknown-version' }
  const texts: readonly unknown[] = [id, at, actor, action, resource, outcome]
  if (!texts.every((text) => typeof text === 'string')) return { fault: 'torn' }
  return { entry: value as AuditEntry }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return decodeJson(bytes, 'audit log')
  } catch (error) {
    if (isStorageError(error)) return undefined
    throw error
  }
}
