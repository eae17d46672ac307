/** Situations that one click brings about, and the layers that help in each. */
import type { FaultSettings, LayerName, LayerSettings, LoadSettings, PresetName } from './wire.ts'

/** Faults and traffic of a situation, and which layers help. */
export interface Preset {
  readonly load: Omit<LoadSettings, 'seed'>
  readonly faults: FaultSettings
  readonly layers: LayerSettings
}

const seed = 1

export const loadAtFirst: LoadSettings = { seed, ratePerSecond: 40, concurrency: 16 }

export const noFaults: FaultSettings = {
  ...{ seed, latencyMs: 0, jitterMs: 0, errorPercent: 0, limitedPercent: 0, lostPercent: 0 },
  ...{ tornPercent: 0, shortPercent: 0, silentPercent: 0, isOutage: false, outageSeconds: 0 },
}

export const noLayers: LayerSettings = {
  deadline: { isOn: false, totalMs: 3000 },
  fallback: { isOn: false, takesWrites: true },
  retry: { isOn: false, attemptsMax: 6, delayMs: 20 },
  circuitBreaker: { isOn: false, failurePercent: 50, openMs: 2000 },
  rateLimit: { isOn: false, operationsPerSecond: 50 },
  concurrency: { isOn: false, max: 8 },
  timeout: { isOn: false, attemptMs: 400 },
  checksum: { isOn: false },
  compress: { isOn: false, algorithm: 'zstd' },
}

/** With these switched on. */
export function withLayers(...names: readonly LayerName[]): LayerSettings {
  const on = names.map((name) => [name, { ...noLayers[name], isOn: true }] as const)
  return { ...noLayers, ...Object.fromEntries(on) }
}

export const presets: Readonly<Record<PresetName, Preset>> = {
  fine: {
    load: { ratePerSecond: 40, concurrency: 16 },
    faults: noFaults,
    layers: withLayers('retry', 'timeout', 'checksum', 'compress'),
  },
  flaky: {
    load: { ratePerSecond: 40, concurrency: 16 },
    faults: {
      ...noFaults,
      ...{ latencyMs: 10, jitterMs: 40, errorPercent: 15, lostPercent: 3, tornPercent: 3 },
      ...{ shortPercent: 5, silentPercent: 3 },
    },
    layers: withLayers('deadline', 'retry', 'timeout', 'checksum'),
  },
  overload: {
    load: { ratePerSecond: 80, concurrency: 32 },
    faults: { ...noFaults, latencyMs: 40, jitterMs: 160, limitedPercent: 30 },
    layers: withLayers('deadline', 'retry', 'rateLimit', 'concurrency', 'timeout'),
  },
  outage: {
    load: { ratePerSecond: 40, concurrency: 16 },
    faults: { ...noFaults, latencyMs: 30, jitterMs: 30, isOutage: true, outageSeconds: 20 },
    layers: withLayers('deadline', 'fallback', 'retry', 'circuitBreaker', 'timeout'),
  },
}
