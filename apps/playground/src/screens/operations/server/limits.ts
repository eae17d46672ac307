/** How far the lab may be turned: the server refuses what is beyond, the page does not offer it. */

import type { Bounds } from '../../../server/bounds.ts'

const percent: Bounds = { min: 0, max: 100 }
export const seedBounds: Bounds = { min: 0, max: 0xffff_ffff }

export const loadBounds = {
  ratePerSecond: { min: 1, max: 400 },
  concurrency: { min: 1, max: 64 },
} as const satisfies Readonly<Record<string, Bounds>>

export const faultBounds = {
  latencyMs: { min: 0, max: 2000 },
  jitterMs: { min: 0, max: 2000 },
  errorPercent: percent,
  limitedPercent: percent,
  lostPercent: percent,
  tornPercent: percent,
  shortPercent: percent,
  silentPercent: percent,
  outageSeconds: { min: 0, max: 600 },
} as const satisfies Readonly<Record<string, Bounds>>

export const layerBounds = {
  deadline: { totalMs: { min: 10, max: 60_000 } },
  retry: { attemptsMax: { min: 1, max: 10 }, delayMs: { min: 0, max: 2000 } },
  circuitBreaker: { failurePercent: { min: 1, max: 100 }, openMs: { min: 100, max: 60_000 } },
  rateLimit: { operationsPerSecond: { min: 1, max: 1000 } },
  concurrency: { max: { min: 1, max: 64 } },
  timeout: { attemptMs: { min: 10, max: 30_000 } },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Bounds>>>>
