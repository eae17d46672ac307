/**
 * `aos-storage doctor`: why does it not work? Settings with their sources first, then one check
 * after the other, each with its fix; what follows from a failed one is not tried.
 */
import { type StorageManager, systemRandom } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type Check, fail, ok } from '../doctor/check.ts'
import { clockCheck } from '../doctor/clock-skew.ts'
import { capabilityTable, conditionCheck } from '../doctor/conditions.ts'
import { endpointOf } from '../doctor/endpoint.ts'
import { faultOf } from '../doctor/faults.ts'
import { nodeCheck, packageCheck } from '../doctor/installation.ts'
import { within } from '../doctor/patience.ts'
import {
  listCheck,
  readCheck,
  type Trial,
  writeChecks,
  writeSkipped,
} from '../doctor/permissions.ts'
import { explain, type Setting, type StorageType } from '../doctor/settings.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import type { Location } from '../locations/location.ts'
import { readProfiles } from '../locations/profiles.ts'
import { formatCount } from '../output/amounts.ts'
import { printableLine } from '../output/printable.ts'
import { folderOf } from '../transfer/scope.ts'

interface DoctorOptions {
  readonly write?: boolean
  readonly timeout: number
  readonly config?: string
}

export async function run(context: CommandContext<DoctorOptions>): Promise<ExitCode> {
  const [text] = context.args
  const counts = { ok: 0, warn: 0, fail: 0, skipped: 0 }
  const checks = text === undefined ? withoutLocation(context) : ofLocation(context, text)
  for await (const check of checks) {
    counts[check.status]++
    await tell(context, check)
  }
  if (counts.fail === 0) return exitCodes.ok
  throw new CommandFailure(
    exitCodes.different,
    `${formatCount(counts.fail, 'check')} failed`,
    'The fix stands below each',
  )
}

async function* withoutLocation(context: CommandContext<DoctorOptions>): AsyncGenerator<Check> {
  yield nodeCheck(process.version)
  for (const type of ['file', 'azure', 's3'] as const) {
    const check = await packageCheck(type)
    if (check !== undefined) yield check
  }
  try {
    const { path, profiles } = await readProfiles(sourceOf(context))
    const names = Object.keys(profiles)
    const listed = names.length === 0 ? 'none' : names.map((name) => `${name}:`).join(' ')
    yield ok('profiles', `${path}: ${listed}`)
  } catch (error) {
    yield faultOf('profiles', error, 'other')
  }
}

async function* ofLocation(
  context: CommandContext<DoctorOptions>,
  text: string,
): AsyncGenerator<Check> {
  const { stores } = context
  yield nodeCheck(process.version)
  const location = context.location(text)
  let type: StorageType
  try {
    const explained = await explain(location, sourceOf(context))
    for (const setting of explained.settings) await tellSetting(context, setting)
    type = explained.type
    await stores.configOf(location)
    yield ok('configuration', `${location.label} is a store of type ${type}`)
  } catch (error) {
    yield faultOf('configuration', error, 'other')
    return
  }
  const installed = await packageCheck(type)
  if (installed !== undefined) yield installed
  if (installed?.status === 'fail') return
  yield* ofStore(context, location, type)
}

async function* ofStore(
  context: CommandContext<DoctorOptions>,
  location: Location,
  type: StorageType,
): AsyncGenerator<Check> {
  const { io, options, stores } = context
  const limits = { clock: io.clock, limitMs: options.timeout * 1000, signal: io.signal }
  // First of all, for a clock that is off may be why nothing else works.
  const endpoint = await endpointOf(stores, location, type, io.env)
  yield await within(limits, (signal) => clockCheck(endpoint, io.clock, signal)).catch((error) =>
    faultOf('clock', error, type),
  )
  let pending: Promise<StorageManager> | undefined
  let opening
  try {
    const access = options.write === true ? 'write' : 'read'
    const patience = { attemptsMax: 1, requestMsMax: limits.limitMs }
    opening = await within(limits, () => {
      pending = stores.objects(location, access, patience)
      return pending
    })
  } catch (error) {
    // Nobody else would close what opens too late.
    pending?.then((late) => late.close()).catch(() => undefined)
    yield faultOf('open', error, type)
    return
  }
  await using store = opening
  try {
    const {
      ok: isOk,
      message,
      latencyMs,
    } = await within(limits, (signal) => store.health({ signal }))
    yield isOk
      ? ok('connectivity', `${message} (${Math.round(latencyMs)} ms)`)
      : fail('connectivity', message, 'See the message, and the settings above')
  } catch (error) {
    yield faultOf('connectivity', error, type)
  }
  const prefix = folderOf(location)
  const key = `${prefix}${scratchStart}${systemRandom.id()}`
  const trial = (signal: AbortSignal): Trial => ({ store, type, prefix, key, signal })
  for (const check of [listCheck, readCheck]) {
    yield await within(limits, (signal) => check(trial(signal))).catch((error) =>
      faultOf(check === listCheck ? 'list' : 'read', error, type),
    )
  }
  if (options.write === true) yield* writeChecks(trial(io.signal))
  else yield writeSkipped
  yield conditionCheck(store, options.write === true)
  for (const { name, value } of capabilityTable(store)) {
    await context.output.record(
      { kind: 'capability', name, value },
      `          ${name.padEnd(28)} ${printableLine(String(value))}`,
    )
  }
}

/** What scratch objects of this command begin with. */
const scratchStart = 'aos-storage-doctor-'

function sourceOf({ io, options }: CommandContext<DoctorOptions>): Parameters<typeof explain>[1] {
  return { env: io.env, cwd: io.cwd, config: options.config }
}

function tellSetting({ output }: CommandContext<unknown>, setting: Setting): Promise<void> {
  const { name, value, source } = setting
  return output.record(
    { kind: 'setting', ...setting },
    printableLine(`          ${name.padEnd(28)} ${value}  (${source})`),
  )
}

function tell({ output }: CommandContext<unknown>, check: Check): Promise<void> {
  const { name, status, message, fix } = check
  const line = `${status.padEnd(8)}  ${name.padEnd(14)} ${printableLine(message)}`
  return output.record(
    { kind: 'check', ...check },
    fix === undefined ? line : `${line}\n          fix: ${printableLine(fix)}`,
  )
}
