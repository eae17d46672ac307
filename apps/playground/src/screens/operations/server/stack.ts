/**
 * The layers that are switched on, in the canonical order: another one cannot be chosen.
 *
 * ```
 * program -> meters -> deadline fallback retry circuitBreaker rateLimit concurrency timeout
 *            checksum compress -> meters -> connection -> faults -> files
 * ```
 */
import { circuitBreaker } from '@aos-storage/circuit-breaker'
import {
  checksum,
  type Clock,
  compress,
  concurrency,
  deadline,
  fallback,
  type Layer,
  rateLimit,
  retry,
  type StackEntry,
  type StorageBackend,
  timeout,
} from '@aos-storage/core'
import { seededRandom } from '@aos-storage/core/testing'
import type { LayerName, LayerSettings, StackRow } from './wire.ts'

/** What layers take beside their settings. */
export interface LayerTools {
  readonly clock: Clock
  /** Of the pauses between attempts. */
  readonly seed: number
  /** The store that answers in place of the first; whoever made it closes it. */
  readonly spare: StorageBackend
}

/** The longest wait of a retry that an error may ask for. */
export const retryAfterMsMax = 200

type Makers = {
  readonly [Name in LayerName]: (options: LayerSettings[Name], tools: LayerTools) => Layer
}

/** Complete: a layer that the settings gain does not compile here without a place. */
const makers: Makers = {
  deadline: ({ totalMs }, { clock }) => deadline({ totalMs, clock }),
  fallback: ({ takesWrites }, { clock, seed, spare }) =>
    fallback(
      { name: 'spare', backend: spare },
      {
        writes: takesWrites ? 'fallback' : 'refuse',
        ...{ mirror: true, closeFallbacks: false, pendingMax: 1000, reconcileEveryMs: 1000 },
        ...{ clock, random: seededRandom(seed) },
      },
    ),
  retry: ({ attemptsMax, delayMs }, { clock, seed }) =>
    // A store that asks for a longer wait is left to the fallback.
    retry({ attemptsMax, delayMs, retryAfterMsMax, clock, random: seededRandom(seed) }),
  circuitBreaker: ({ failurePercent, openMs }, { clock }) =>
    circuitBreaker({
      ...{ failureRatio: failurePercent / 100, samplingMs: 5000, openMs },
      ...{ openMsMax: Math.max(openMs, 10_000), clock },
    }),
  rateLimit: ({ operationsPerSecond }, { clock }) =>
    rateLimit({ operationsPerSecond, queueMax: 100, waitMsMax: 5000, clock }),
  concurrency: ({ max }, { clock }) => concurrency({ max, queueMax: 100, clock }),
  timeout: ({ attemptMs }, { clock }) => timeout({ attemptMs, clock }),
  checksum: () => checksum(),
  compress: ({ algorithm }) => compress({ algorithm }),
}

/** Their order is the one of the makers. */
export const layerNames = Object.keys(makers) as readonly LayerName[]

/** The layers that are on, outermost first. */
export function layersOf(settings: LayerSettings, tools: LayerTools): readonly Layer[] {
  return layerNames.flatMap((name) => {
    // Each maker gets the settings of its own name.
    const make = makers[name] as (options: LayerSettings[LayerName], tools: LayerTools) => Layer
    return settings[name].isOn ? [make(settings[name], tools)] : []
  })
}

/** The layers that change what is stored. */
export function formLayersOf(settings: LayerSettings): readonly Layer[] {
  return [
    ...(settings.checksum.isOn ? [checksum()] : []),
    ...(settings.compress.isOn ? [compress({ algorithm: settings.compress.algorithm })] : []),
  ]
}

/**
 * How objects are stored with these layers, as a name: each form has keys of its own, for what was
 * stored compressed cannot be read without the layer.
 */
export function formOf({ checksum: sum, compress: small }: LayerSettings): string {
  return `${sum.isOn ? 'sum' : 'plain'}-${small.isOn ? 'small' : 'whole'}`
}

const silent: ReadonlySet<string> = new Set(['metrics', 'connection', 'faults'])

/** What the layers and the store tell, without those that every stack of the lab has. */
export function rowsOf(stack: readonly StackEntry[]): readonly StackRow[] {
  return stack
    .filter(({ name, kind }) => kind === 'backend' || !silent.has(name))
    .map(({ name, state }) => {
      const { ok = true, message = '', details = {} } = state ?? {}
      return { name, isOk: ok, message, details }
    })
}
