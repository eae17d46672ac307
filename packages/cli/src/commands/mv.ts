/**
 * `aos-storage mv`: copies, then deletes the source in the version that was copied.
 *
 * Within one store the service copies. Between two it is a migration: each copy is read back before
 * its source goes, and two names of one store are told apart from two stores.
 */
import { migrate } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageError } from '../failure.ts'
import { keyOf } from '../locations/key-of.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { onObject } from '../locations/on-object.ts'
import { type ChangeOptions, Ledger, verbs } from '../output/ledger.ts'
import {
  assertApart,
  assertDeletes,
  assertOneName,
  type Ends,
  isOnePlace,
  openEnds,
} from '../transfer/ends.ts'
import { objectsBelow, sizesBelow } from '../transfer/objects.ts'
import { oneObject } from '../transfer/one-object.ts'
import { assertNoneReplaced } from '../transfer/overlap.ts'
import { forEachAtOnce } from '../transfer/pool.ts'
import {
  assertSelects,
  folderOf,
  nameOf,
  type SelectionOptions,
  selectionOf,
  targetKey,
} from '../transfer/scope.ts'
import { viewOf } from '../transfer/view.ts'

export interface MoveOptions extends ChangeOptions, SelectionOptions {
  readonly createOnly?: boolean
  /** False: nobody else writes to the source. */
  readonly sourceCheck: boolean
  readonly concurrency: number
}

export async function run(context: CommandContext<MoveOptions>): Promise<ExitCode> {
  const { args, options } = context
  const [given, target] = [context.location(args[0]!), context.location(args[1]!)]
  assertSelects(options)
  const isMany = options.recursive === true
  const from = { ...given, key: isMany ? folderOf(given) : keyOf(given) }
  const to = { ...target, key: isMany ? folderOf(target) : targetKey(target, nameOf(from.key)) }
  await using ledger = new Ledger(context, verbs.move)
  return await ledger.conclude(async () => {
    const { isDryRun } = ledger
    await using ends = await openEnds(context, { from, to, sourceAccess: 'write', isDryRun })
    if (isMany) {
      assertApart(ends, from, to)
      const { signal } = context.io
      await assertNoneReplaced(ends, { from, to, isWanted: selectionOf(options), signal })
    }
    if (isOnePlace(ends)) throw usageError(`${formatLocation(from, from.key)} is both ends`)
    assertOneName(ends, from, to)
    if (!isDryRun) assertDeletes(ends, from, options.sourceCheck)
    const move = { context, ends, from, to, ledger }
    if (ends.isOne || isDryRun) await (isMany ? moveWithin(move) : moveOneWithin(move))
    else await moveBetween(move, isMany)
    if (isMany && !context.io.signal.aborted) ledger.assertSome(from)
  })
}

interface Move {
  readonly context: CommandContext<MoveOptions>
  readonly ends: Ends
  readonly from: Location
  readonly to: Location
  readonly ledger: Ledger
}

async function moveOneWithin(move: Move): Promise<void> {
  const { context, ends, from, to, ledger } = move
  const { signal } = context.io
  const { size } = await onObject(ends.source, from, signal, () =>
    ledger.isDryRun
      ? ends.source.stat(from.key, { foreign: true, signal })
      : ends.source.move(from.key, to.key, movingOf(context)),
  )
  await tell(move, { key: from.key, to: to.key, size })
}

async function moveWithin(move: Move): Promise<void> {
  const { context, ends, from, to, ledger } = move
  const { options, io } = context
  const { signal } = io
  const scope = { prefix: from.key, isWanted: selectionOf(options), signal }
  ledger.progress.count((ending) => sizesBelow(ends.source, { ...scope, signal: ending }))
  const { concurrency } = options
  await forEachAtOnce(
    objectsBelow(ends.source, scope),
    { concurrency, signal },
    async ({ key, relative, size }) => {
      try {
        const target = to.key + relative
        if (!ledger.isDryRun) await ends.source.move(key, target, movingOf(context))
        await tell(move, { key, to: target, size })
      } catch (error) {
        await ledger.failed(key, error)
      }
    },
  )
}

function movingOf({ options, io }: CommandContext<MoveOptions>): object {
  return {
    ...(options.createOnly === true ? { ifNoneMatch: '*' } : {}),
    ...(options.sourceCheck ? {} : { sourceCheck: 'none' }),
    ...{ foreign: true, signal: io.signal },
  }
}

/** Reported as the objects are settled; its own end is that of the migration. */
async function moveBetween(move: Move, isMany: boolean): Promise<void> {
  const { context, ends, from, to, ledger } = move
  const { options, io } = context
  const { include = [], exclude = [], createOnly, sourceCheck, concurrency } = options
  const source = isMany ? viewOf(ends.source, from.key) : oneObject(ends.source.backend, from.key)
  const destination = isMany ? viewOf(ends.destination, to.key) : ends.destination
  let reader: unknown
  const stopping = new AbortController()
  const job = migrate(source, destination, {
    ...{ include, exclude, concurrency },
    ...(isMany ? {} : { mapKeys: { prefix: [from.key, to.key] } }),
    existing: createOnly === true ? 'fail' : 'replace',
    origin: 'drop',
    deleteSource: sourceCheck ? 'verified' : 'verified-unconditionally',
    signal: AbortSignal.any([io.signal, stopping.signal]),
    onObject: async ({ did, key, to: target, bytes, failure }) => {
      const place = isMany ? { key: from.key + key, to: to.key + target } : { key, to: target }
      try {
        if (failure !== undefined) {
          const { code, message } = failure
          await ledger.failedBy(place.key, { code, message })
        } else if (did !== 'vanished') await tell(move, { ...place, size: bytes })
      } catch (error) {
        reader ??= error
        stopping.abort()
      }
    },
  })
  const report = await job.done.catch((error: unknown) => {
    throw reader ?? error
  })
  if (!isMany && report.copied + report.unchanged + report.failed === 0) {
    const { signal } = io
    await onObject(ends.source, from, signal, () => ends.source.stat(from.key, { signal }))
    throw new CommandFailure(exitCodes.notFound, `There is no ${formatLocation(from, from.key)}`)
  }
}

async function tell(
  { from, to, ledger }: Move,
  { key, to: target, size }: { readonly key: string; readonly to: string; readonly size: number },
): Promise<void> {
  await ledger.done({
    record: { key, to: target, size },
    text: `${formatLocation(from, key)} -> ${formatLocation(to, target)}`,
    bytes: size,
  })
}
