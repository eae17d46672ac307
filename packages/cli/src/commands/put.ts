/** `aos-storage put`: local files into a store. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { ObjectInfo, StorageManager, WriteConditions } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { contentTypeOf, unknownType } from '../local/content-types.ts'
import { local, localFailure } from '../local/local-failure.ts'
import { walk } from '../local/walk.ts'
import { keyOf } from '../locations/key-of.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { type ChangeOptions, Ledger, verbs } from '../output/ledger.ts'
import { forEachAtOnce } from '../transfer/pool.ts'
import { isWithin, localPlace, placeOf } from '../transfer/place.ts'
import {
  assertSelects,
  folderOf,
  type SelectionOptions,
  selectionOf,
  targetKey,
} from '../transfer/scope.ts'

export interface PutOptions extends ChangeOptions, SelectionOptions {
  readonly contentType?: string
  readonly metadata?: readonly string[]
  readonly createOnly?: boolean
  readonly ifMatch?: string
  readonly concurrency: number
}

/** A file, and the key that it gets; `-` is standard input. */
interface Source {
  readonly path: string
  readonly key: string
}

/** Larger files are streamed. */
const wholeBytesMax: number = 1024 ** 2
const chunkBytes: number = 1024 ** 2

export async function run(context: CommandContext<PutOptions>): Promise<ExitCode> {
  const { args, options, io, stores } = context
  const paths = args.slice(0, -1)
  if (paths.length === 0) {
    throw usageError('put needs files and a location', 'aos-storage put FILE s3://bucket/key')
  }
  const location = context.location(args.at(-1)!)
  assertSelects(options)
  assertOneFile(paths, location, options)
  const stored = storedAs(options)
  await using ledger = new Ledger(context, verbs.put)
  return await ledger.conclude(async () => {
    await using store = await stores.objects(location, ledger.isDryRun ? 'preview' : 'write')
    const sources =
      options.recursive === true
        ? await recursively(context, store, location, ledger)
        : paths.map((path) => ({ path, key: keyFor(path, location) }))
    const { concurrency } = options
    await forEachAtOnce(sources, { concurrency, signal: io.signal }, async ({ path, key }) => {
      try {
        const { info, isCounted } = await putOne(context, { store, ledger, path, key, stored })
        const { size, etag } = info
        const version = ledger.isDryRun ? {} : { etag }
        await ledger.done({
          record: { path, key, size, ...version },
          text: `${path} -> ${formatLocation(location, key)}`,
          ...{ bytes: size, isCounted },
        })
      } catch (error) {
        await ledger.failed(path, error)
      }
    })
  })
}

function assertOneFile(paths: readonly string[], { key }: Location, options: PutOptions): void {
  const isOne = paths.length === 1 && options.recursive !== true
  if (options.ifMatch !== undefined && !isOne) {
    throw usageError('--if-match is a version of one object', 'Put one file')
  }
  if (options.ifMatch !== undefined && options.createOnly === true) {
    throw usageError('--create-only and --if-match exclude each other')
  }
  if (options.recursive === true && (paths.length > 1 || paths[0] === '-')) {
    throw usageError('--recursive puts what is below one folder', 'Name one folder')
  }
  if (paths.length > 1 && key !== '' && !key.endsWith('/')) {
    throw usageError(
      'Several files go below a prefix, which ends with a slash',
      `Write the location as ${key}/`,
    )
  }
  if (paths.length > 1 && paths.includes('-')) {
    throw usageError('Standard input is put by itself, to a key')
  }
}

function keyFor(path: string, location: Location): string {
  return path === '-' ? keyOf(location) : targetKey(location, basename(path))
}

type Stored = WriteConditions & {
  readonly contentType?: string
  readonly metadata?: Readonly<Record<string, string>>
}

function storedAs({ contentType, metadata = [], createOnly, ifMatch }: PutOptions): Stored {
  const pairs = metadata.map((text): [string, string] => {
    const at = text.indexOf('=')
    if (at < 1) throw usageError('Metadata is written name=value', '--metadata owner=ops')
    return [text.slice(0, at), text.slice(at + 1)]
  })
  const names = new Set(pairs.map(([name]) => name))
  if (names.size < pairs.length) throw usageError('A name of metadata is given twice')
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(pairs.length === 0 ? {} : { metadata: Object.fromEntries(pairs) }),
    ...(createOnly === true ? { ifNoneMatch: '*' } : ifMatch === undefined ? {} : { ifMatch }),
  }
}

/** The files below the folder; what is none is told. */
async function recursively(
  { args, options, io }: CommandContext<PutOptions>,
  store: StorageManager,
  location: Location,
  ledger: Ledger,
): Promise<AsyncIterable<Source>> {
  const folder = resolve(io.cwd, args[0]!)
  await assertFolder(folder, args[0]!)
  const prefix = folderOf(location)
  const [own, target] = [await localPlace(folder), await placeOf(store, prefix, io.signal)]
  if (isWithin(target, own)) {
    throw usageError(
      'The store lies within the folder that is put: its own objects would be put again',
      'Take a folder outside of it, or put its files one by one',
    )
  }
  const isWanted = selectionOf(options)
  ledger.progress.count((ending) => sizesBelow(folder, isWanted, ending))
  return sourcesBelow({ folder, prefix, isWanted, ledger })
}

async function assertFolder(folder: string, given: string): Promise<void> {
  const found = await local(given, () => stat(folder))
  if (!found.isDirectory()) {
    throw usageError(`${given} is no folder`, 'Without --recursive a file is put')
  }
}

async function* sourcesBelow(options: {
  readonly folder: string
  readonly prefix: string
  readonly isWanted: (key: string) => boolean
  readonly ledger: Ledger
}): AsyncGenerator<Source> {
  const { folder, prefix, isWanted, ledger } = options
  for await (const each of walk(folder)) {
    if (each.kind === 'failed') await ledger.failed(each.path, each.error)
    else if (each.kind === 'other') await ledger.skipped(each.path, each.why)
    else if (isWanted(each.key)) yield { path: each.path, key: prefix + each.key }
  }
}

async function* sizesBelow(
  folder: string,
  isWanted: (key: string) => boolean,
  ending: AbortSignal,
): AsyncGenerator<number> {
  for await (const each of walk(folder)) {
    ending.throwIfAborted()
    if (each.kind === 'file' && isWanted(each.key)) yield (await stat(each.path)).size
  }
}

interface PutOne {
  readonly store: StorageManager
  readonly ledger: Ledger
  readonly path: string
  readonly key: string
  readonly stored: Stored
}

interface PutResult {
  readonly info: Pick<ObjectInfo, 'size' | 'etag'>
  /** Its bytes were counted on their way. */
  readonly isCounted: boolean
}

async function putOne(
  { io }: CommandContext<PutOptions>,
  { store, ledger, path, key, stored }: PutOne,
): Promise<PutResult> {
  const { signal } = io
  const isInput = path === '-'
  const file = isInput ? '-' : resolve(io.cwd, path)
  const found = isInput ? undefined : await local(path, () => stat(file))
  if (found?.isDirectory() === true) {
    throw usageError(`${path}: it is a folder`, 'Say --recursive to put what is below it')
  }
  const size = found?.size ?? 0
  if (ledger.isDryRun) return { info: { size, etag: '' }, isCounted: false }
  const type = isInput ? unknownType : contentTypeOf(path)
  const writing = { contentType: type, ...stored, signal }
  if (found?.isFile() === true && size <= wholeBytesMax) {
    const bytes = await local(path, () => readFile(file))
    return { info: await store.writeStream(key, bytes, writing), isCounted: false }
  }
  const body = isInput ? io.stdin : createReadStream(file, { highWaterMark: chunkBytes })
  try {
    const counted = countedBytes(body, (bytes) => (ledger.progress.bytes += bytes))
    return { info: await store.writeStream(key, counted, writing), isCounted: true }
  } catch (error) {
    throw sourceFailure(error, path)
  } finally {
    // A pipe that nobody reads would keep the process.
    ;(body as { destroy?: () => void }).destroy?.()
  }
}

async function* countedBytes(
  body: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    onBytes(chunk.byteLength)
    yield chunk
  }
}

/** What broke off the body is the file's failure, and not the store's. */
function sourceFailure(error: unknown, path: string): unknown {
  const { cause } = error as { cause?: unknown }
  return cause === undefined || localFailure(path, cause) === cause
    ? error
    : localFailure(path, cause)
}
