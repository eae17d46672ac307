/** `aos-storage get`: objects into local files, each whole or not at all. */
import type { Stats } from 'node:fs'
import { mkdir, open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { StorageManager, StoredBody } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageError } from '../failure.ts'
import { pathFault } from '../local/file-name.ts'
import { local, localFailure } from '../local/local-failure.ts'
import { TargetFolder } from '../local/target-folder.ts'
import { syncFolder, writeWhole } from '../local/whole-file.ts'
import { keyOf } from '../locations/key-of.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { onObject } from '../locations/on-object.ts'
import { type ChangeOptions, Ledger, verbs } from '../output/ledger.ts'
import { forEachAtOnce } from '../transfer/pool.ts'
import { isWithin, localPlace, placeOf } from '../transfer/place.ts'
import { objectsBelow, sizesBelow } from '../transfer/objects.ts'
import {
  assertSelects,
  folderOf,
  nameOf,
  type SelectionOptions,
  selectionOf,
} from '../transfer/scope.ts'

export interface GetOptions extends ChangeOptions, SelectionOptions {
  readonly createOnly?: boolean
  readonly ifMatch?: string
  readonly concurrency: number
}

export async function run(context: CommandContext<GetOptions>): Promise<ExitCode> {
  const { args, options } = context
  const location = context.location(args[0]!)
  const path = args[1] ?? '.'
  assertSelects(options)
  if (options.recursive !== true) return getOne(context, location, path)
  if (path === '-') throw usageError('Many objects go into a folder', 'For one: aos-storage cat')
  if (options.ifMatch !== undefined) {
    throw usageError('--if-match is a version of one object', 'Leave --recursive out')
  }
  return getMany(context, location, path)
}

async function getOne(
  context: CommandContext<GetOptions>,
  location: Location,
  path: string,
): Promise<ExitCode> {
  const { options, io, stores } = context
  const key = keyOf(location)
  if (path === '-') return getOut(context, location, key)
  await using ledger = new Ledger(context, verbs.get)
  return await ledger.conclude(async () => {
    await using store = await stores.objects(location, 'read')
    const { ifMatch } = options
    const version = ifMatch === undefined ? {} : { ifMatch }
    const { signal } = io
    await using body = await onObject(store, location, signal, () =>
      store.readStream(key, { ...version, foreign: true, signal }),
    )
    const { size, etag } = body.info
    ledger.progress.bytesTotal = size
    const target = await targetOf(resolve(io.cwd, path), path, key)
    if (!ledger.isDryRun) await writeTo(target, counted(body, ledger), options.createOnly === true)
    await ledger.done({
      record: { key, path: target.path, size, etag },
      text: `${formatLocation(location, key)} -> ${target.path}`,
      ...{ bytes: size, isCounted: true },
    })
  })
}

/** To standard output, where then nothing else goes. */
async function getOut(
  { options, io, output, stores }: CommandContext<GetOptions>,
  location: Location,
  key: string,
): Promise<ExitCode> {
  await using store = await stores.objects(location, 'read')
  const version = options.ifMatch === undefined ? {} : { ifMatch: options.ifMatch }
  const { signal } = io
  await using body = await onObject(store, location, signal, () =>
    store.readStream(key, { ...version, foreign: true, signal }),
  )
  if (options.dryRun === true) return exitCodes.ok
  for await (const chunk of body) await output.bytes(chunk)
  return exitCodes.ok
}

interface Target {
  readonly path: string
  /** A pipe or a device: written as it is. */
  readonly isStream: boolean
  readonly mode: number | undefined
}

/** A name that is given may be a link: what it leads to is written, as a shell would. */
async function targetOf(path: string, given: string, key: string): Promise<Target> {
  const isFolderMeant = given.endsWith('/')
  const standing = await local(given, () => statOrNone(path))
  if (standing?.isDirectory() === true || isFolderMeant) {
    const name = nameOf(key)
    const fault = pathFault(name, process.platform)
    if (fault !== undefined) {
      throw usageError(`The key ${fault}, so that it is no name of a file`, 'Give the file a name')
    }
    const below = join(path, name)
    const isFolder = (await local(below, () => statOrNone(below)))?.isDirectory() === true
    if (isFolder) throw usageError(`${below} is a folder`, 'Give the file another name')
    return targetOf(below, basename(name), key)
  }
  if (standing === undefined) return { path, isStream: false, mode: undefined }
  if (!standing.isFile()) return { path, isStream: true, mode: undefined }
  const real = await local(given, () => realpath(path))
  return { path: real, isStream: false, mode: standing.mode & 0o777 }
}

async function writeTo(
  { path, isStream, mode }: Target,
  body: AsyncIterable<Uint8Array>,
  isCreateOnly: boolean,
): Promise<void> {
  if (isStream) {
    if (isCreateOnly) throw new CommandFailure(exitCodes.conflict, `${path} exists already`)
    await using file = await local(path, () => open(path, 'w'))
    for await (const chunk of body) await local(path, () => file.writeFile(chunk))
    return
  }
  await local(dirname(path), () => mkdir(dirname(path), { recursive: true }))
  await writeWhole(path, body, { isCreateOnly, mode })
  await syncFolder(dirname(path))
}

async function getMany(
  context: CommandContext<GetOptions>,
  location: Location,
  path: string,
): Promise<ExitCode> {
  const { options, io, stores } = context
  const { signal } = io
  const prefix = folderOf(location)
  await using ledger = new Ledger(context, verbs.get)
  return await ledger.conclude(async () => {
    await using store = await stores.objects(location, 'read')
    const folder = resolve(io.cwd, path)
    const places = [await localPlace(folder), await placeOf(store, prefix, signal)] as const
    if (isWithin(...places)) {
      throw usageError(
        'The folder lies within the store: the files would be objects of it',
        'Take a folder outside of it',
      )
    }
    const target = await TargetFolder.open(folder, ledger.isDryRun)
    const scope = { prefix, isWanted: selectionOf(options), signal }
    ledger.progress.count((ending) => sizesBelow(store, { ...scope, signal: ending }))
    const { concurrency } = options
    try {
      await forEachAtOnce(objectsBelow(store, scope), { concurrency, signal }, async (object) => {
        try {
          await getInto(context, { store, target, ledger, location, ...object })
        } catch (error) {
          await ledger.failed(object.key, error)
        }
      })
    } finally {
      await target.sync()
    }
    if (!signal.aborted) ledger.assertSome(location)
  })
}

interface GetInto {
  readonly store: StorageManager
  readonly target: TargetFolder
  readonly ledger: Ledger
  readonly location: Location
  readonly key: string
  readonly relative: string
  readonly size: number
  readonly etag: string
}

async function getInto(
  { options, io }: CommandContext<GetOptions>,
  { store, target, ledger, location, key, relative, ...listed }: GetInto,
): Promise<void> {
  if (ledger.isDryRun) {
    target.assertFits(relative)
    const path = join(target.path, relative)
    const text = `${formatLocation(location, key)} -> ${path}`
    await ledger.done({ record: { key, path, ...listed }, text, bytes: listed.size })
    return
  }
  const { path, mode } = await target.fileFor(relative)
  await using body = await store.readStream(key, { foreign: true, signal: io.signal })
  const { size, etag } = body.info
  await writeWhole(path, counted(body, ledger), { isCreateOnly: options.createOnly === true, mode })
  await ledger.done({
    record: { key, path, size, etag },
    text: `${formatLocation(location, key)} -> ${path}`,
    ...{ bytes: size, isCounted: true },
  })
}

async function* counted(body: StoredBody, { progress }: Ledger): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    progress.bytes += chunk.byteLength
    yield chunk
  }
}

async function statOrNone(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw localFailure(path, error)
  }
}
