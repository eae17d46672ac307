/** Access tiers: where an object is kept, and what that makes of reading it. */
import {
  type AccessTier,
  type AccessTiers,
  type SetAccessTierOptions,
  type StorageBackend,
  StorageError,
  type StorageManager,
  supports,
} from '@aos-storage/core'
import type { StorePlace } from '../../../../server/place.ts'
import type { ObjectTier } from '../wire.ts'

/** Of Azure's blobs, the one that costs most to keep first. */
const azureTiers = ['Hot', 'Cool', 'Cold', 'Archive']
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html */
const amazonClasses = [
  ...['STANDARD', 'INTELLIGENT_TIERING', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR'],
  ...['GLACIER', 'DEEP_ARCHIVE'],
]
/** Of a gateway that the playground runs itself. */
const gatewayClasses = ['STANDARD', 'STANDARD_IA', 'GLACIER']

type Tiered = Pick<StorageManager, 'backend'>

/** @throws StorageError `NOT_FOUND`, `UNSUPPORTED` where there are no tiers. */
export async function tierOf(
  storage: Tiered,
  place: StorePlace,
  key: string,
  signal: AbortSignal,
): Promise<ObjectTier> {
  return told(await tiersOf(storage).getAccessTier(key, { signal }), place)
}

/** @throws as {@link tierOf}, `INVALID_ARGUMENT`, `CONFLICT` while it is on its way. */
export async function setTier(
  storage: Tiered,
  place: StorePlace,
  { key, tier, priority }: { readonly key: string; readonly tier: string } & SetAccessTierOptions,
): Promise<ObjectTier> {
  return told(await tiersOf(storage).setAccessTier(key, tier, { priority }), place)
}

/** Also when a readable copy of an archived object ends, which S3 knows. */
type TimedTier = AccessTier & { readonly readableUntil?: Date | undefined }

function told(found: TimedTier, place: StorePlace): ObjectTier {
  const { tier, isReadable, rehydratingTo, readableUntil } = found
  const known = namesOf(place)
  const names = known.includes(tier) ? known : [tier, ...known]
  return { tier, isReadable, rehydratingTo, readableUntil: readableUntil?.toISOString(), names }
}

function namesOf(place: StorePlace): readonly string[] {
  if (place.storageType !== 's3') return azureTiers
  return place.credentials === undefined ? amazonClasses : gatewayClasses
}

function tiersOf({ backend }: Tiered): StorageBackend & AccessTiers {
  if (supports(backend, 'accessTiers')) return backend
  throw new StorageError('UNSUPPORTED', 'This backend has no access tiers')
}
