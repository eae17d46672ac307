/** `aos-storage stat`: what is known of an object, without its bytes. */
import type { ObjectInfo } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { keyOf } from '../locations/key-of.ts'
import { onObject } from '../locations/on-object.ts'
import { formatBytes } from '../output/amounts.ts'
import { printableLine } from '../output/printable.ts'

export async function run(context: CommandContext): Promise<ExitCode> {
  const { args, io, output, stores } = context
  const location = context.location(args[0]!)
  const key = keyOf(location)
  await using store = await stores.objects(location, 'read')
  const { signal } = io
  const info = await onObject(store, location, signal, () =>
    store.stat(key, { signal, foreign: true }),
  )
  await output.record(recordOf(info), textOf(info))
  return exitCodes.ok
}

function recordOf(info: ObjectInfo): object {
  const { key, size, etag, modifiedAt, contentType, metadata } = info
  return { key, size, etag, modifiedAt, contentType, metadata }
}

/** `444 B`, `1,536 B (1.5 KiB)`. */
function sizeOf(size: number): string {
  const bytes = `${size.toLocaleString('en-US')} B`
  return size < 1024 ? bytes : `${bytes} (${formatBytes(size)})`
}

function textOf(info: ObjectInfo): string {
  const rows: [string, string][] = [
    ['key', info.key],
    ['size', sizeOf(info.size)],
    ['type', info.contentType],
    ['modified', info.modifiedAt.toISOString()],
    ['etag', info.etag],
    ...Object.entries(info.metadata).map(([name, value]): [string, string] => [
      `meta.${name}`,
      value,
    ]),
  ]
  const widest = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(widest)}  ${printableLine(value)}`).join('\n')
}
