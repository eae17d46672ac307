/** `aos-storage versions list`: the newest first. */
import type { ListedVersion } from '@aos-storage/core'
import type { CommandContext } from '../../command.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { CommandFailure } from '../../failure.ts'
import { keyOf } from '../../locations/key-of.ts'
import { printableLine } from '../../output/printable.ts'
import { native, type NativeChoice } from './choice.ts'

interface ListOptions extends NativeChoice {
  readonly limit: number
}

export async function run(context: CommandContext<ListOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const location = context.location(args[0]!)
  const key = keyOf(location)
  await using store = await stores.objects(location, 'read')
  const { limit } = options
  const listed: readonly ListedVersion[] =
    options.native === true
      ? await store.listVersions(key, { limit, ...native(context) })
      : await store.listVersions(key, { limit, signal: io.signal })
  for (const version of listed) await output.record(recordOf(version), lineOf(version))
  if (listed.length > 0) return exitCodes.ok
  throw new CommandFailure(
    exitCodes.notFound,
    `${printableLine(args[0]!)} has no versions`,
    options.native === true
      ? 'Those that this library numbered are listed without --native'
      : 'Those that the service keeps by itself are listed with --native',
  )
}

function recordOf({ version, info, isCurrent, isPending }: ListedVersion): object {
  const { key, size, etag, modifiedAt } = info
  return { version, isCurrent, isPending, key, size, etag, modifiedAt }
}

function lineOf({ version, info, isCurrent, isPending }: ListedVersion): string {
  const state = isCurrent ? 'current' : isPending ? 'pending' : ''
  const time = info.modifiedAt.toISOString()
  const place = printableLine(String(version)).padStart(8)
  return `${place}  ${time}  ${String(info.size).padStart(12)}  ${state}`.trimEnd()
}
