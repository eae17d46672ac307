/** `aos-storage versions get`: the bytes of a version, at the pace of the reader. */
import { isStorageError, StoredBody, type StorageManager, supports } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { keyOf } from '../../locations/key-of.ts'
import { printableLine } from '../../output/printable.ts'
import { native, type NativeChoice, versionNumber } from './choice.ts'

export async function run(context: CommandContext<NativeChoice>): Promise<ExitCode> {
  const { args, options, output, stores } = context
  const location = context.location(args[0]!)
  const key = keyOf(location)
  const own = args[1] === undefined || options.native === true ? 0 : versionNumber(args[1])
  await using store = await stores.objects(location, 'read')
  await using body =
    options.native === true
      ? await nativeBody(context, store, key, args[1])
      : await numberedBody(context, store, key, own)
  for await (const chunk of body) await output.bytes(chunk)
  return exitCodes.ok
}

/** @param version 0 for the current one. */
async function numberedBody(
  { io }: CommandContext<NativeChoice>,
  store: StorageManager,
  key: string,
  version: number,
): Promise<StoredBody> {
  const { signal } = io
  const number = version === 0 ? await store.currentVersion(key, { signal }) : version
  if (number === undefined) throw noCurrent(key)
  try {
    return await store.readStream(`${key}/v${number}`, { signal })
  } catch (error) {
    if (!isStorageError(error, 'NOT_FOUND')) throw error
    throw noVersion(`${printableLine(key)} has no version ${number}`)
  }
}

async function nativeBody(
  context: CommandContext<NativeChoice>,
  store: StorageManager,
  key: string,
  version: string | undefined,
): Promise<StoredBody> {
  // Refused here where the store keeps none.
  const id = version ?? (await store.currentVersion(key, native(context)))
  if (id === undefined) throw noCurrent(key)
  const { signal } = context.io
  if (supports(store.backend, 'versions')) {
    return new StoredBody(await store.backend.readVersion(key, id, { signal }))
  }
  // Tells why there are none.
  await store.loadVersion(key, id, native(context))
  throw noCurrent(key)
}

function noCurrent(key: string): CommandFailure {
  return noVersion(`${printableLine(key)} has no current version`)
}

function noVersion(message: string): CommandFailure {
  return new CommandFailure(
    exitCodes.notFound,
    message,
    '"aos-storage versions list" tells which there are',
  )
}
