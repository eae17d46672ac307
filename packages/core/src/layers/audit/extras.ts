/** What a backend has beside the contract, recorded as well: a presigned URL is access, too. */
import type { OperationOptions, ReadResult, StorageBackend } from '../../backend.ts'
import { extraMembers, extraOptionsAt, iterableExtras, type PresignOptions } from '../../extras.ts'
import { type AuditAction, type AuditEntry, auditedChanges } from './entry.ts'
import type { AuditedCall } from './recorder.ts'

/** Records a call; one that changes its key is refused where the entries lie. */
export type RecordExtra = (call: AuditedCall<unknown>, changesKey: boolean) => Promise<unknown>

type Member = (...given: unknown[]) => unknown

const members: ReadonlySet<string> = new Set(Object.values(extraMembers).flat().map(String))
const changes: ReadonlySet<string> = new Set(auditedChanges)
/** The extras that can be recorded. */
export function knownExtras(inner: StorageBackend): string[] {
  return inner.capabilities.extras.filter((name) => members.has(name))
}

/** Gives `outer` the extras of `inner`, each behind `record`. */
export function defineAuditedExtras(
  outer: object,
  inner: StorageBackend,
  record: RecordExtra,
): void {
  const all = inner as unknown as Record<string, Member>
  for (const name of knownExtras(inner)) {
    const call = (...given: unknown[]): unknown => all[name]!(...given)
    const value: Member = iterableExtras.has(name)
      ? (...given) => recordedIterable(name as AuditAction, given, call, record)
      : (...given) => recordedCall(name as AuditAction, given, call, record)
    Object.defineProperty(outer, name, { value, enumerable: false })
  }
}

async function recordedCall(
  action: AuditAction,
  given: readonly unknown[],
  call: Member,
  record: RecordExtra,
): Promise<unknown> {
  const isRead = action === 'readVersion' || action === 'readSnapshot'
  return record(
    {
      ...headOf(action, given),
      run: async () => call(...given),
      ...(isRead && { ends: readEnds, release: releaseRead }),
    },
    changesKey(action, given),
  )
}

/** One entry, with how its first step ended: none of it was asked for before. */
async function* recordedIterable(
  action: AuditAction,
  given: readonly unknown[],
  call: Member,
  record: RecordExtra,
): AsyncGenerator {
  const iterator = (call(...given) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  let isOpen = true
  try {
    const run = (): Promise<unknown> => iterator.next()
    let next = (await record({ ...headOf(action, given), run }, false)) as IteratorResult<unknown>
    while (next.done !== true) {
      yield next.value
      next = await iterator.next()
    }
    isOpen = false
  } finally {
    if (isOpen) await iterator.return?.()
  }
}

type Head = Pick<AuditedCall<unknown>, 'action' | 'resources' | 'signal' | 'details'>

function headOf(action: AuditAction, given: readonly unknown[]): Head {
  const options = given[extraOptionsAt(action)] as OperationOptions | undefined
  const details = detailsOf(action, given)
  return {
    action,
    resources: [given[0] as string],
    signal: options?.signal,
    ...(details === undefined ? {} : { details }),
  }
}

function detailsOf(action: AuditAction, given: readonly unknown[]): AuditEntry['details'] {
  if (action === 'presign') {
    const { method, expiresInSeconds } = given[1] as PresignOptions
    return { method, ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }) }
  }
  if (action === 'setAccessTier') return { tier: given[1] as string }
  if (/^(?:read|delete)(?:Version|Snapshot)$/.test(action)) return { id: given[1] as string }
  return undefined
}

function changesKey(action: AuditAction, given: readonly unknown[]): boolean {
  if (action === 'presign') return (given[1] as PresignOptions).method !== 'GET'
  return changes.has(action)
}

function readEnds(result: unknown): readonly { sizeBytes: number }[] {
  const { start, end } = result as ReadResult
  return [{ sizeBytes: end - start }]
}

function releaseRead(result: unknown): void {
  const { body } = result as ReadResult
  if (!(body instanceof Uint8Array)) body.cancel().catch(() => undefined)
}
