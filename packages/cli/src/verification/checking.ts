/** One store, read to the end of every object. */
import {
  isStorageError,
  type ListedObject,
  type ObjectInfo,
  stackOf,
  type StorageManager,
} from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { VerifyCommandOptions } from '../commands/verify.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { inOrder } from '../in-order.ts'
import type { Location } from '../locations/location.ts'
import { nothingAt } from '../locations/nothing-at.ts'
import { formatBytes, formatCount } from '../output/amounts.ts'
import { printableLine } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'
import { objectsAt } from './objects.ts'

/** What is wrong with one object. */
interface Damage {
  readonly code: string
  readonly message: string
}

export async function checkStore(
  context: CommandContext<VerifyCommandOptions>,
  location: Location,
): Promise<ExitCode> {
  const { options, io, output, stores } = context
  await using store = await stores.objects(location, 'read')
  let [objects, bytes, damaged] = [0, 0, 0]
  const tell = async (place: string, finding: object, message: string): Promise<void> => {
    damaged++
    await output.record(
      { kind: 'damaged', ...finding, message },
      `damaged  ${printableLine(place)}: ${printableLine(message)}`,
    )
  }
  if (location.key === '') {
    for (const { path, key, kind, message } of await ownFindings(store, io.signal)) {
      const named = key === undefined ? {} : { key }
      if (kind !== 'foreign') await tell(path, { finding: kind, path, ...named }, message)
      else output.note(`foreign  ${printableLine(path)}: ${printableLine(message)}`)
    }
  }
  await using progress = new Progress({ output, clock: io.clock })
  const check = async (
    { key }: ListedObject,
    signal: AbortSignal,
  ): Promise<readonly [string, ObjectInfo | Damage | undefined]> => [
    key,
    await readWhole(store, key, signal),
  ]
  for await (const [key, found] of inOrder(
    objectsAt(store, location, io.signal),
    { concurrency: options.concurrency, signal: io.signal },
    check,
  )) {
    progress.objects++
    // Deleted between listing and reading: no damage.
    if (found === undefined) continue
    objects++
    if ('code' in found) await tell(key, { finding: found.code, key }, found.message)
    else bytes += found.size
    progress.bytes = bytes
  }
  if (objects + damaged === 0 && location.key !== '') throw nothingAt(location)
  await output.record(
    { kind: 'summary', prefix: location.key, objects, bytes, damaged, ok: damaged === 0 },
    `${formatCount(objects, 'object')} read, ${formatBytes(bytes)}; ` +
      (damaged === 0 ? 'no damage' : `${damaged} damaged`),
  )
  if (damaged === 0) return exitCodes.ok
  throw new CommandFailure(
    exitCodes.different,
    `${formatCount(damaged, 'finding')} below ${printableLine(location.label)}`,
    'Restore what is damaged: "aos-storage versions list" of its key tells from which versions',
  )
}

/** @throws what is no damage of this object: a denied access, a server that is gone. */
async function readWhole(
  store: StorageManager,
  key: string,
  signal: AbortSignal,
): Promise<ObjectInfo | Damage | undefined> {
  try {
    await using body = await store.readStream(key, { signal, foreign: true })
    // A body that ends early, or gives more than was promised, throws.
    for await (const _ of body);
    return body.info
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    const isDamage = isStorageError(error, 'CORRUPT', 'SERIALIZATION')
    if (!isDamage) throw error
    return { code: error.code, message: error.message }
  }
}

interface Finding {
  readonly kind: string
  readonly path: string
  readonly key?: string | undefined
  readonly message: string
}

interface Verifiable {
  verify(options: { readonly signal: AbortSignal }): Promise<{ readonly findings: Finding[] }>
}

/** Of a backend that can check itself: the file backend finds what no reader would meet. */
async function ownFindings(store: StorageManager, signal: AbortSignal): Promise<Finding[]> {
  const backend = stackOf(store.backend).at(-1)!.backend as Partial<Verifiable>
  return typeof backend.verify === 'function' ? (await backend.verify({ signal })).findings : []
}
