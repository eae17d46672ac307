/** Behaviours of servers that were looked at. */
import type { Behaviour, ConditionSupport } from './behaviour.ts'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const gibibyte = 1024 * mebibyte

/**
 * A general purpose bucket of Amazon S3 at the end of 2025, as documented; where the documents say
 * nothing or are wrong, as measured (`write-conditions.ts` names the sources).
 */
export const awsBehaviour: Behaviour = {
  putIfNoneMatch: 'honoured',
  putIfMatch: 'any',
  ifMatchOnMissing: 404,
  conditionValues: 'strict',
  deleteIfMatch: 'honoured',
  completeConditions: 'honoured',
  copyDestinationConditions: 'honoured',
  copySourceConditions: 'honoured',
  readConditions: 'honoured',
  metadataBytesMax: 2 * kibibyte,
  putBytesMax: 5 * gibibyte,
  partBytesMin: 5 * mebibyte,
  partNumberMax: 10_000,
  copyBytesMax: 5 * gibibyte,
  metadataUnderscores: 'kept',
  metadataText: 'rfc2047',
  storageClasses: [
    'STANDARD',
    'REDUCED_REDUNDANCY',
    'STANDARD_IA',
    'ONEZONE_IA',
    'INTELLIGENT_TIERING',
    'GLACIER',
    'GLACIER_IR',
    'DEEP_ARCHIVE',
  ],
  etags: 'md5',
  completeEtag: 'given',
  headMultipartEtag: 'quoted',
  completeParts: 'chosen',
  completeAgain: 'NoSuchUpload',
  listPageMax: 1000,
  listEmptyPages: 'never',
  listSpace: '+',
  listOrder: 'utf8',
  getPartNumber: 'honoured',
  missingVersion: 'NoSuchVersion',
  copySourcePlus: 'space',
  copyOfMissing: 'NoSuchKey',
  checksums: 'honoured',
  chunkedBodies: 'decoded',
  deleteObjectsIntegrity: 'required',
  signatures: 'checked',
  signingRegion: 'checked',
  skewMsMax: 15 * 60_000,
  denied: [],
  archives: 'honoured',
  restoreMs: 4 * 3_600_000,
}

/**
 * Ceph radosgw 16.2.15 (Debian 12), in what matters to a client that keeps to conditions, sizes and
 * integrity, as it answered the same requests. Not simulated of it: part numbers without bounds,
 * several ranges of one GET, its own codes for keys and tags that are too long.
 */
export const ceph16Behaviour: Behaviour = {
  ...awsBehaviour,
  putIfMatch: 'unquotedOnly',
  ifMatchOnMissing: 412,
  conditionValues: 'any',
  deleteIfMatch: 'ignored',
  completeConditions: 'ignored',
  copyDestinationConditions: 'ignored',
  copySourceConditions: 'ignored',
  metadataBytesMax: Infinity,
  metadataUnderscores: 'folded',
  metadataText: 'bytes',
  storageClasses: ['STANDARD'],
  completeEtag: 'empty',
  completeParts: 'all',
  completeAgain: 'answersAgain',
  listSpace: '%20',
  getPartNumber: 'ignored',
  missingVersion: 'NoSuchKey',
  copySourcePlus: 'plus',
  copyOfMissing: 'crash',
  checksums: 'ignored',
  chunkedBodies: 'trailersRefused',
  deleteObjectsIntegrity: 'optional',
  signingRegion: 'any',
  archives: 'none',
}

/**
 * A server that reads no condition of a write, delete or copy and answers 200: the one on which a
 * client must not claim create-only or compare and swap.
 */
export const ignoresConditionsBehaviour: Behaviour = {
  ...awsBehaviour,
  ...writeConditions('ignored'),
  copySourceConditions: 'ignored',
}

/** A server that answers 501 to every condition of a write or delete, and says so honestly. */
export const refusesConditionsBehaviour: Behaviour = {
  ...awsBehaviour,
  ...writeConditions('notImplemented'),
}

function writeConditions(support: Exclude<ConditionSupport, 'honoured'>): Partial<Behaviour> {
  return {
    putIfNoneMatch: support,
    putIfMatch: support,
    deleteIfMatch: support,
    completeConditions: support,
    copyDestinationConditions: support,
  }
}
