/** `aos-storage cp`: from anywhere to anywhere; within one store the service copies by itself. */
import type { WriteConditions } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { keyOf } from '../locations/key-of.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { onObject } from '../locations/on-object.ts'
import { type ChangeOptions, Ledger, verbs } from '../output/ledger.ts'
import { assertApart, type Ends, isOnePlace, openEnds } from '../transfer/ends.ts'
import { objectsBelow, sizesBelow } from '../transfer/objects.ts'
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

export interface CopyOptions extends ChangeOptions, SelectionOptions {
  readonly createOnly?: boolean
  readonly ifMatch?: string
  readonly concurrency: number
}

export async function run(context: CommandContext<CopyOptions>): Promise<ExitCode> {
  const { args, options } = context
  const [from, to] = [context.location(args[0]!), context.location(args[1]!)]
  assertSelects(options)
  if (options.createOnly === true && options.ifMatch !== undefined) {
    throw usageError('--create-only and --if-match exclude each other')
  }
  if (options.recursive !== true) return copyOne(context, from, to)
  if (options.ifMatch !== undefined) {
    throw usageError('--if-match is a version of one object', 'Leave --recursive out')
  }
  return copyMany(context, from, to)
}

async function copyOne(
  context: CommandContext<CopyOptions>,
  from: Location,
  given: Location,
): Promise<ExitCode> {
  const { io, options } = context
  const key = keyOf(from)
  const to = { ...given, key: targetKey(given, nameOf(key)) }
  await using ledger = new Ledger(context, verbs.copy)
  return await ledger.conclude(async () => {
    const opening = { from, to, sourceAccess: 'read', isDryRun: ledger.isDryRun } as const
    await using ends = await openEnds(context, opening)
    if (isOnePlace(ends)) throw usageError(`${formatLocation(from, key)} is both source and copy`)
    const { ifMatch } = options
    const condition = ifMatch === undefined ? conditionOf(options) : { ifMatch }
    const { signal } = io
    const copied = await onObject(ends.source, { ...from, key }, signal, () =>
      ledger.isDryRun
        ? ends.source.stat(key, { foreign: true, signal })
        : copyBy(ends, { key, to: to.key, condition, signal }),
    )
    await ledger.done(doneOf({ ...copied, ...{ key, from, to, target: to.key, ledger } }))
  })
}

async function copyMany(
  context: CommandContext<CopyOptions>,
  given: Location,
  target: Location,
): Promise<ExitCode> {
  const { options, io } = context
  const { signal } = io
  const from = { ...given, key: folderOf(given) }
  const to = { ...target, key: folderOf(target) }
  await using ledger = new Ledger(context, verbs.copy)
  return await ledger.conclude(async () => {
    const opening = { from, to, sourceAccess: 'read', isDryRun: ledger.isDryRun } as const
    await using ends = await openEnds(context, opening)
    assertApart(ends, from, to)
    const scope = { prefix: from.key, isWanted: selectionOf(options), signal }
    await assertNoneReplaced(ends, { ...scope, from, to })
    ledger.progress.count((ending) => sizesBelow(ends.source, { ...scope, signal: ending }))
    const { concurrency } = options
    const condition = conditionOf(options)
    await forEachAtOnce(
      objectsBelow(ends.source, scope),
      { concurrency, signal },
      async ({ key, relative, ...listed }) => {
        try {
          const toKey = to.key + relative
          const copied = ledger.isDryRun
            ? listed
            : await copyBy(ends, { key, to: toKey, condition, signal })
          await ledger.done(doneOf({ ...copied, ...{ key, from, to, target: toKey, ledger } }))
        } catch (error) {
          await ledger.failed(key, error)
        }
      },
    )
    if (!signal.aborted) ledger.assertSome(from)
  })
}

function conditionOf({ createOnly }: CopyOptions): WriteConditions {
  return createOnly === true ? { ifNoneMatch: '*' } : {}
}

interface CopyBy {
  readonly key: string
  readonly to: string
  readonly condition: WriteConditions
  readonly signal: AbortSignal
}

function copyBy(
  { source, destination, isOne }: Ends,
  { key, to, condition, signal }: CopyBy,
): ReturnType<Ends['source']['copy']> {
  const elsewhere = isOne ? {} : { destination }
  return source.copy(key, to, { ...condition, ...elsewhere, signal, foreign: true })
}

function doneOf(copied: {
  readonly key: string
  readonly from: Location
  readonly to: Location
  readonly target: string
  readonly ledger: Ledger
  readonly size: number
  readonly etag: string
}): Parameters<Ledger['done']>[0] {
  const { key, from, to, target, ledger, size, etag } = copied
  return {
    record: { key, to: target, size, ...(ledger.isDryRun ? {} : { etag }) },
    text: `${formatLocation(from, key)} -> ${formatLocation(to, target)}`,
    bytes: size,
  }
}
