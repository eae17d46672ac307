/** Structured values as text that a person can read: bounded in every direction. */
import { inspect } from 'node:util'
import { StorageError, type StorageManager } from '@aos-storage/core'

const valueBytesMax = 16 * 1024 ** 2
const depthMax = 16
const itemsMax = 200
/** Parts that are shown; what is deeper is told by its kind alone. */
const partsMax = 20_000
const textLengthMax = 1024 ** 2

/**
 * What `load` gives for the key, as text.
 *
 * @throws StorageError `UNSUPPORTED` for more than 16 MiB, `SERIALIZATION` when it does not decode.
 */
export async function valueText(
  storage: StorageManager,
  key: string,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const info = await storage.stat(key, { ifMatch: etag, foreign: true, signal })
  if (info.size > valueBytesMax) {
    throw new StorageError(
      'UNSUPPORTED',
      `The value is ${info.size} bytes; up to ${valueBytesMax} are shown. Download it instead`,
      { key },
    )
  }
  return describeValue(await storage.load(key, { ifMatch: info.etag, foreign: true, signal }))
}

/** A value as Node prints it, as deep as it fits into a page. */
function describeValue(value: unknown): string {
  const { shown, omitted } = firstProperties(value)
  const text = inspect(shown, {
    depth: depthThatFits(shown),
    maxArrayLength: itemsMax,
    maxStringLength: 10_000,
    breakLength: 96,
    compact: 3,
  })
  const cut = text.length > textLengthMax ? `${text.slice(0, textLengthMax)}\n...` : text
  return omitted === 0 ? cut : `${cut}\n... ${omitted} more properties`
}

/** Lists are cut by `inspect` itself, objects are not. */
function firstProperties(value: unknown): { shown: unknown; omitted: number } {
  // The names of a list are its places: as many strings as it has items.
  if (typeof value !== 'object' || value === null || isList(value)) {
    return { shown: value, omitted: 0 }
  }
  const names = Object.keys(value)
  if (names.length <= partsMax) return { shown: value, omitted: 0 }
  const first = names.slice(0, itemsMax).map((name) => [name, (value as Named)[name]] as const)
  return { shown: Object.fromEntries(first), omitted: names.length - itemsMax }
}

type Named = Readonly<Record<string, unknown>>

/** Level by level, until there are too many parts. */
function depthThatFits(value: unknown): number {
  let level = [value]
  let parts = 0
  for (let depth = 0; depth <= depthMax; depth++) {
    const next: unknown[] = []
    for (const each of level) {
      for (const part of partsOf(each)) {
        if (++parts > partsMax) return Math.max(0, depth - 1)
        if (typeof part === 'object' && part !== null) next.push(part)
      }
    }
    level = next
  }
  return depthMax
}

function* partsOf(value: unknown): Iterable<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if (value instanceof Map) {
    for (const entry of first(value)) yield* entry
  } else if (Array.isArray(value) || value instanceof Set) {
    yield* first(value as Iterable<unknown>)
  } else {
    for (const name in value) yield (value as Named)[name]
  }
}

function* first<T>(items: Iterable<T>): Iterable<T> {
  let left = itemsMax
  for (const item of items) {
    if (left-- === 0) return
    yield item
  }
}

function isList(value: object): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value)
}
