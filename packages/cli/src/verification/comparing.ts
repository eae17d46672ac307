/** Two stores side by side: what the second lacks, has beside, or has otherwise. */
import { createHash } from 'node:crypto'
import {
  compareKeys,
  isStorageError,
  type ListedObject,
  type StorageManager,
} from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { VerifyCommandOptions } from '../commands/verify.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { inOrder } from '../in-order.ts'
import type { Location } from '../locations/location.ts'
import { folderOf } from '../transfer/scope.ts'
import { formatBytes, formatCount } from '../output/amounts.ts'
import { printableLine } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'
import { nothingAt, objectsAt } from './objects.ts'

/** A key, behind both locations, and what is there on each side. */
interface Pair {
  readonly key: string
  readonly first: ListedObject | undefined
  readonly second: ListedObject | undefined
}

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
    { objects: objectsAt(first, from, signal), location: from },
    { objects: objectsAt(second, to, signal), location: to },
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

interface Side {
  readonly objects: AsyncGenerator<ListedObject, void, undefined>
  readonly location: Location
}

/** Both listings, which are in the same order, joined by what is behind their locations. */
async function* pairsOf(left: Side, right: Side): AsyncGenerator<Pair, void, undefined> {
  const next = async ({ objects, location }: Side): Promise<[string, ListedObject] | undefined> => {
    const step = await objects.next()
    return step.done === true ? undefined : [behind(location, step.value.key), step.value]
  }
  try {
    let [first, second] = await Promise.all([next(left), next(right)])
    while (first !== undefined || second !== undefined) {
      const order =
        first === undefined ? 1 : second === undefined ? -1 : compareKeys(first[0], second[0])
      const key = (order <= 0 ? first : second)![0]
      yield {
        key,
        first: order <= 0 ? first![1] : undefined,
        second: order >= 0 ? second![1] : undefined,
      }
      if (order <= 0) first = await next(left)
      if (order >= 0) second = await next(right)
    }
  } finally {
    await left.objects.return()
    await right.objects.return()
  }
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
