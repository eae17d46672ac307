/** `aos-storage versions restore`: an old version is the current one again; none is lost. */
import type { SavedVersion } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { keyOf } from '../../locations/key-of.ts'
import { printableLine } from '../../output/printable.ts'
import { native, type NativeChoice, versionNumber } from './choice.ts'

interface RestoreOptions extends NativeChoice {
  readonly dryRun?: boolean
}

export async function run(context: CommandContext<RestoreOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const location = context.location(args[0]!)
  const [key, given] = [keyOf(location), args[1]!]
  const isNative = options.native === true
  const version = isNative ? given : versionNumber(given)
  await using store = await stores.objects(location, 'write')
  if (options.dryRun === true) {
    const listed = isNative
      ? await store.listVersions(key, { limit: searchedMax, ...native(context) })
      : await store.listVersions(key, { limit: searchedMax, signal: io.signal })
    if (!listed.some((each) => each.version === version)) {
      throw new CommandFailure(
        exitCodes.notFound,
        `${printableLine(args[0]!)} has no version ${printableLine(given)}`,
        '"aos-storage versions list" tells which there are',
      )
    }
    await output.record(
      { action: 'would restore', key, version },
      `would restore ${printableLine(given)} of ${printableLine(key)}`,
    )
    return exitCodes.ok
  }
  const saved: SavedVersion = isNative
    ? await store.rollback(key, given, native(context))
    : await store.rollback(key, version as number, { signal: io.signal })
  await output.record(
    { action: 'restored', key, version: saved.version },
    `restored ${printableLine(given)} of ${printableLine(key)}` +
      (isNative ? `, as its new version ${printableLine(String(saved.version))}` : ''),
  )
  return exitCodes.ok
}

/** Versions that a dry run looks through. */
const searchedMax = 100_000
