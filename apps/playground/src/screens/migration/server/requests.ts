/** What requests may ask for: checked whole, every number within its bounds, no paths. */
import { keyFault, keyPatternCharsMax } from '@aos-storage/core'
import {
  array,
  boolean,
  check,
  type GenericSchema,
  maxLength,
  picklist,
  pipe,
  regex,
  strictObject,
  string,
  variant,
} from 'valibot'
import { whole } from '../../../server/bounds.ts'
import {
  folderName,
  folderNameRule,
  patternsMax,
  planBounds,
  sampleBounds,
  sampleBytesMax,
} from './limits.ts'
import type { MigrationPlan, Place, SampleSettings } from './wire.ts'

const place: GenericSchema<Place> = variant('kind', [
  strictObject({ kind: picklist(['playground', 'sample', 'memory']) }),
  strictObject({
    kind: picklist(['folder']),
    name: pipe(string(), regex(folderName, `The name of a store is ${folderNameRule}`)),
  }),
])

const patterns = pipe(
  array(pipe(string(), maxLength(keyPatternCharsMax))),
  maxLength(patternsMax, `At most ${patternsMax} patterns`),
)
/** Some key can begin so. */
const prefix = pipe(
  string(),
  check(
    (text) => keyFault(`${text}a`) === undefined,
    'No key begins so: segments are joined by one "/", none stands first',
  ),
)

export const migrationPlan: GenericSchema<MigrationPlan> = pipe(
  strictObject({
    ...{ from: place, to: place, include: patterns, exclude: patterns },
    ...{ mapFrom: prefix, mapTo: prefix },
    existing: picklist(['fail', 'update', 'replace', 'skip']),
    compare: picklist(['origin', 'digest', 'size-and-time']),
    verify: picklist(['read-back', 'write', 'none']),
    deleteSource: boolean(),
    concurrency: whole(planBounds.concurrency),
    requestsPerSecond: whole(planBounds.requestsPerSecond),
    faultPercent: whole(planBounds.faultPercent),
  }),
  check(({ from, to }) => !isSame(from, to), 'From and To are one store: choose another one'),
  check(({ to }) => to.kind !== 'sample', 'The sample set is a source only: choose another store'),
  check(
    ({ to, mapTo }) => to.kind !== 'playground' || mapTo !== '',
    'Into the objects of the playground a migration goes under a prefix only: give the new ' +
      'prefix of the keys, such as "copies/"',
  ),
  check(
    ({ to, deleteSource }) => to.kind !== 'memory' || !deleteSource,
    'What is in memory ends with the playground: bring it to a folder, or keep the source',
  ),
)

function isSame(a: Place, b: Place): boolean {
  return a.kind === b.kind && (a.kind !== 'folder' || a.name === (b as { name?: string }).name)
}

export const sampleSettings: GenericSchema<SampleSettings> = pipe(
  strictObject({ objects: whole(sampleBounds.objects), bytes: whole(sampleBounds.bytes) }),
  check(
    ({ objects, bytes }) => objects * bytes <= sampleBytesMax,
    `A sample set has at most ${sampleBytesMax / 1024 ** 2} MiB: make fewer objects, or smaller`,
  ),
)

/** An id as the server gives it: nothing else becomes part of a path. */
export const recordId: RegExp = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const recordRequest: GenericSchema<{ readonly id: string }> = strictObject({
  id: pipe(string(), regex(recordId)),
})

export const storeRequest: GenericSchema<{ readonly place: Place }> = pipe(
  strictObject({ place }),
  check(
    ({ place: { kind } }) => kind !== 'playground',
    'The objects of the playground are deleted on the Objects screen',
  ),
)
