/** What holds whichever store answers. */
import type { Capabilities, ConditionScope, Durability } from '../../capabilities.ts'
import { StorageError } from '../../errors.ts'
import type { Settings } from './options.ts'
import { fallbackIdBytes } from './records.ts'

const durabilities: readonly Durability[] = ['none', 'process', 'host', 'service']

/**
 * Of reads: the primary's, for a fallback that cannot do it is passed over. Of writes: what the
 * first fallback can take as well, where it takes some.
 *
 * Conditions are judged by the primary alone. But it does not see what waits in the journal of
 * another process, and so they hold no farther than this one where outage writes are taken.
 */
export function capabilitiesOf(primary: Capabilities, settings: Settings): Capabilities {
  const { stores, takesWrites, mirrors } = settings
  const all = [primary, ...stores.map(({ backend }) => backend.capabilities)]
  const written = takesWrites || mirrors ? [primary, stores[0].backend.capabilities] : [primary]
  const least = (name: NumberName, of: readonly Capabilities[]): number =>
    Math.min(...of.map((each) => each[name]))
  // The mark of an outage write stands beside the caller's own metadata.
  const markBytes = takesWrites ? fallbackIdBytes : 0
  return Object.freeze({
    ...primary,
    ...(takesWrites && {
      conditionalWrite: within(primary.conditionalWrite),
      conditionalDelete: within(primary.conditionalDelete),
      conditionalCopy: within(primary.conditionalCopy),
    }),
    userMetadata: written.every(({ userMetadata }) => userMetadata),
    durability: takesWrites ? weakest(written) : primary.durability,
    keyBytesMax: least('keyBytesMax', written),
    objectBytesMax: least('objectBytesMax', written),
    metadataBytesMax: Math.max(0, least('metadataBytesMax', written) - markBytes),
    listPageMax: least('listPageMax', all),
    modifiedAtResolutionMs: Math.max(...written.map((each) => each.modifiedAtResolutionMs)),
    etagIdentity: all.some((each) => each.etagIdentity === 'content') ? 'content' : 'version',
    listedSize: all.some((each) => each.listedSize === 'stored') ? 'stored' : 'body',
    // They would go around the journal and the mirror.
    extras: takesWrites || mirrors ? [] : primary.extras,
  })
}

function within(scope: ConditionScope): ConditionScope {
  return scope === 'none' ? 'none' : 'process'
}

type NumberName = 'keyBytesMax' | 'objectBytesMax' | 'metadataBytesMax' | 'listPageMax'

/**
 * @throws StorageError `UNSUPPORTED` where outage writes could overwrite what others wrote: they
 * are put in place on conditions, at the primary and in the journal.
 */
export function assertCanTakeWrites(primary: Capabilities, { stores }: Settings): void {
  const [store] = stores
  assertScope(primary.conditionalWrite, 'the primary has no conditional write')
  const { conditionalWrite, conditionalDelete } = store.backend.capabilities
  assertScope(conditionalWrite, `the fallback "${store.name}" has no conditional write`)
  assertScope(conditionalDelete, `the fallback "${store.name}" has no conditional delete`)
}

/** True unless {@link assertCanTakeWrites} throws. */
export function canTakeWrites(primary: Capabilities, { stores }: Settings): boolean {
  const { conditionalWrite, conditionalDelete } = stores[0].backend.capabilities
  return ![primary.conditionalWrite, conditionalWrite, conditionalDelete].includes('none')
}

function assertScope(scope: ConditionScope, lack: string): void {
  if (scope !== 'none') return
  throw new StorageError(
    'UNSUPPORTED',
    `fallback: with writes: 'fallback' changes of others could be overwritten, for ${lack}; use ` +
      "writes: 'refuse'",
  )
}

function weakest(of: readonly Capabilities[]): Durability {
  const ranks = of.map(({ durability }) => durabilities.indexOf(durability))
  return durabilities[Math.min(...ranks)]!
}
