/** How far one may go: the server refuses what is beyond, the page does not offer it. */

import type { Bounds } from '../../../server/bounds.ts'

export const planBounds = {
  concurrency: { min: 1, max: 64 },
  requestsPerSecond: { min: 0, max: 2000 },
  faultPercent: { min: 0, max: 50 },
} as const satisfies Readonly<Record<string, Bounds>>

export const sampleBounds = {
  objects: { min: 1, max: 20_000 },
  bytes: { min: 1, max: 262_144 },
} as const satisfies Readonly<Record<string, Bounds>>

/** Of a whole sample set. */
export const sampleBytesMax: number = 256 * 1024 ** 2
/** Of all that is in memory. */
export const memoryBytesMax: number = 256 * 1024 ** 2
/** File stores of this screen. */
export const foldersMax = 8
export const patternsMax = 20
/** Records; the oldest that are complete make room. */
export const recordsMax = 12
/** Of a report, told one by one. */
export const failuresMax = 100

/** What a store of this screen may be called. */
export const folderName: RegExp = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/
export const folderNameRule = '1 to 32 of a-z, 0-9 and dashes inside, such as copy-1'
