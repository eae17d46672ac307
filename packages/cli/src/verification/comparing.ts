/** Two stores side by side: what the second lacks, has beside, or has otherwise. */
import { createHash } from 'node:crypto'
import { isStorageError, type ListedObject, type StorageManager } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { VerifyCommandOptions } from '../commands/verify.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { inOrder } from '../in-order.ts'
import type { Location } from '../locations/location.ts'
import { nothingAt } from '../locations/nothing-at.ts'
import { type KeyedObjects, type Pair, pairsOf } from '../transfer/pairs.ts'
import { folderOf } from '../transfer/scope.ts'
import { formatBytes, formatCount } from '../output/amounts.ts'
import { printableLine } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'
import { objectsAt } from './objects.ts'

type Difference = 'missing' | 'extra' | 'different'

interface Compared {
  readonly key: string
  readonly difference: Difference | undefined
  readonly bytes: number
  readonly message: string
}

export async function compareStores(
  context: CommandContext<VerifyCommandOptions>,
  from: Location,
  to: Location,
): Promise<ExitCode> {
  const { options, io, output, stores } = context
  const { signal } = io
  await using first = await stores.objects(from, 'read')
  await using second = await stores.objects(to, 'read')
  const counts = { same: 0, missing: 0, extra: 0, different: 0, bytes: 0 }
  const pairs = pairsOf(
    keyed(objectsAt(first, from, signal), from),
    keyed(objectsAt(second, to, signal), to),
  )
  await using progress = new Progress({ output, clock: io.clock })
  const compare = (pair: Pair, ended: AbortSignal): Promise<Compared> =>
    compared(first, second, pair, ended)
  for await (const { key, difference, bytes, message } of inOrder(
    pairs,
    { concurrency: options.concurrency, signal },
    compare,
  )) {
    counts[difference ?? 'same']++
    counts.bytes += bytes
    progress.objects++
    progress.bytes = counts.bytes
    if (difference === undefined) continue
    const named = key === '' ? from.key : key
    await output.record(
      { kind: difference, key: named, message },
      `${difference.padEnd(9)}  ${printableLine(named)}: ${message}`,
    )
  }
  const { same, missing, extra, different, bytes } = counts
  const ok = missing + extra + different === 0
  if (ok && same === 0 && from.key !== '') throw nothingAt(from)
  await output.record(
    { kind: 'summary', same, missing, extra, different, bytes, ok },
    `${formatCount(same, 'object')} the same (${formatBytes(bytes)} compared), ` +
      `${missing} missing, ${extra} extra, ${different} different`,
  )
  if (ok) return exitCodes.ok
  throw new CommandFailure(
    exitCodes.different,
    `${printableLine(to.label)} is not as ${printableLine(from.label)}`,
    '"aos-storage sync FIRST SECOND --dry-run" tells what would make it so',
  )
}

/** By what is behind the location. */
async function* keyed(
  objects: AsyncGenerator<ListedObject, void, undefined>,
  location: Location,
): KeyedObjects {
  for await (const object of objects) yield { key: behind(location, object.key), object }
}

/** Empty for the object of the location's own key. */
function behind(location: Location, key: string): string {
  return key === location.key ? '' : key.slice(folderOf(location).length)
}

async function compared(
  left: StorageManager,
  right: StorageManager,
  { key, first, second }: Pair,
  signal: AbortSignal,
): Promise<Compared> {
  const told = (difference: Difference, message: string, bytes = 0): Compared => ({
    ...{ key, difference, message, bytes },
  })
  if (second === undefined) return told('missing', 'only the first has it')
  if (first === undefined) return told('extra', 'only the second has it')
  const isListed =
    left.capabilities.listedSize === 'body' && right.capabilities.listedSize === 'body'
  if (isListed && first.size !== second.size) {
    return told('different', `${first.size} bytes, and ${second.size}`)
  }
  const [one, other] = await Promise.all([
    digestOf(left, first.key, signal),
    digestOf(right, second.key, signal),
  ])
  // Deleted since they were listed.
  if (other === undefined && one !== undefined) return told('missing', 'only the first has it')
  if (one === undefined && other !== undefined) return told('extra', 'only the second has it')
  if (one?.digest === other?.digest) {
    return { key, difference: undefined, bytes: one?.bytes ?? 0, message: '' }
  }
  return told('different', `${shown(one!)}, and ${shown(other!)}`)
}

interface Digest {
  /** Hexadecimal, or why there is none. */
  readonly digest: string
  readonly isDamaged: boolean
  readonly bytes: number
}

function shown({ digest, isDamaged }: Digest): string {
  return isDamaged ? digest : `SHA-256 ${digest.slice(0, 16)}…`
}

async function digestOf(
  store: StorageManager,
  key: string,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await using body = await store.readStream(key, { signal, foreign: true })
    for await (const chunk of body) {
      hash.update(chunk)
      bytes += chunk.byteLength
    }
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    if (!isStorageError(error, 'CORRUPT')) throw error
    return { digest: `damaged in ${store.name}: ${error.message}`, isDamaged: true, bytes }
  }
  return { digest: hash.digest('hex'), isDamaged: false, bytes }
}
