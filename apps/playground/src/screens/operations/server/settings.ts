/** What requests may ask of the lab: checked whole, every number within its bounds. */
import { boolean, type GenericSchema, picklist, strictObject } from 'valibot'
import { whole } from '../../../server/bounds.ts'
import { faultBounds, layerBounds, loadBounds, seedBounds } from './limits.ts'
import type { FaultSettings, LayerSettings, LoadSettings, PresetRequest } from './wire.ts'

export const loadSettings: GenericSchema<LoadSettings> = strictObject({
  seed: whole(seedBounds),
  ratePerSecond: whole(loadBounds.ratePerSecond),
  concurrency: whole(loadBounds.concurrency),
})

export const faultSettings: GenericSchema<FaultSettings> = strictObject({
  seed: whole(seedBounds),
  latencyMs: whole(faultBounds.latencyMs),
  jitterMs: whole(faultBounds.jitterMs),
  errorPercent: whole(faultBounds.errorPercent),
  limitedPercent: whole(faultBounds.limitedPercent),
  lostPercent: whole(faultBounds.lostPercent),
  tornPercent: whole(faultBounds.tornPercent),
  shortPercent: whole(faultBounds.shortPercent),
  silentPercent: whole(faultBounds.silentPercent),
  isOutage: boolean(),
  outageSeconds: whole(faultBounds.outageSeconds),
})

export const layerSettings: GenericSchema<LayerSettings> = strictObject({
  deadline: strictObject({ isOn: boolean(), totalMs: whole(layerBounds.deadline.totalMs) }),
  fallback: strictObject({ isOn: boolean(), takesWrites: boolean() }),
  retry: strictObject({
    isOn: boolean(),
    attemptsMax: whole(layerBounds.retry.attemptsMax),
    delayMs: whole(layerBounds.retry.delayMs),
  }),
  circuitBreaker: strictObject({
    isOn: boolean(),
    failurePercent: whole(layerBounds.circuitBreaker.failurePercent),
    openMs: whole(layerBounds.circuitBreaker.openMs),
  }),
  rateLimit: strictObject({
    isOn: boolean(),
    operationsPerSecond: whole(layerBounds.rateLimit.operationsPerSecond),
  }),
  concurrency: strictObject({ isOn: boolean(), max: whole(layerBounds.concurrency.max) }),
  timeout: strictObject({ isOn: boolean(), attemptMs: whole(layerBounds.timeout.attemptMs) }),
  checksum: strictObject({ isOn: boolean() }),
  compress: strictObject({ isOn: boolean(), algorithm: picklist(['zstd', 'gzip', 'brotli']) }),
})

export const presetRequest: GenericSchema<PresetRequest> = strictObject({
  name: picklist(['fine', 'flaky', 'overload', 'outage']),
  isProtected: boolean(),
})
