/** Byte ranges: checked once by the manager, resolved by each backend against the real size. */
import type { ByteRange } from './backend.ts'
import { StorageError } from './errors.ts'
import { assertInteger, assertOptions } from './options.ts'

const offsetNames: ReadonlySet<string> = new Set(['offset', 'length'])
const suffixNames: ReadonlySet<string> = new Set(['suffix'])

/** @throws TypeError or `INVALID_ARGUMENT` unless `range` is a {@link ByteRange}. */
export function assertRange(range: unknown): asserts range is ByteRange {
  if (typeof range !== 'object' || range === null) {
    throw new TypeError('range is { offset, length? } or { suffix }')
  }
  if ('suffix' in range) {
    assertOptions(range, suffixNames, 'range')
    assertInteger(range.suffix, 'range.suffix', 0, Number.MAX_SAFE_INTEGER)
    return
  }
  assertOptions(range, offsetNames, 'range')
  const { offset, length } = range as { offset?: unknown; length?: unknown }
  assertInteger(offset, 'range.offset', 0, Number.MAX_SAFE_INTEGER)
  if (length !== undefined) assertInteger(length, 'range.length', 0, Number.MAX_SAFE_INTEGER)
}

/** A copy of `range` as it is now. @throws as {@link assertRange}, which it passed. */
export function ownRange(range: unknown): ByteRange {
  const own: unknown = typeof range === 'object' && range !== null ? { ...range } : range
  assertRange(own)
  return own
}

/**
 * The bytes `[start, end)` that `range` means in an object of `size` bytes; all without a range.
 *
 * @throws StorageError `INVALID_ARGUMENT` with status 416 when the offset is behind the end.
 */
export function resolveRange(
  range: ByteRange | undefined,
  size: number,
): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: size }
  if ('suffix' in range) return { start: Math.max(0, size - range.suffix), end: size }
  if (range.offset > size) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `range.offset ${range.offset} is behind the end of an object of ${size} bytes`,
      { status: 416 },
    )
  }
  const end = range.length === undefined ? size : Math.min(size, range.offset + range.length)
  return { start: range.offset, end }
}
