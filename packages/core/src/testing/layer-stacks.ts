/**
 * A stack that must not change a thing: what a healthy store does behind it, it does without it.
 * For the conformance kit on a backend of yours. Made anew for each store: layers hold state.
 */
import type { Logger } from '../diagnostics/logger.ts'
import { audit } from '../layers/audit/audit.ts'
import { callbackSink } from '../layers/audit/sink.ts'
import { checksum } from '../layers/checksum/checksum.ts'
import { compress } from '../layers/compress/compress.ts'
import { concurrency } from '../layers/concurrency/layer.ts'
import { deadline } from '../layers/deadline.ts'
import { fallback } from '../layers/fallback/fallback.ts'
import { assertLayerOrder, type Layer } from '../layers/layer.ts'
import { log } from '../layers/log.ts'
import { metrics } from '../layers/metrics.ts'
import { prefix } from '../layers/prefix.ts'
import { quota } from '../layers/quota/quota.ts'
import { rateLimit } from '../layers/rate-limit/layer.ts'
import { retry } from '../layers/retry/layer.ts'
import { timeout } from '../layers/timeout.ts'
import { validate } from '../layers/validate/validate.ts'
import { MemoryStorageBackend } from '../memory/backend.ts'

const silent = (): void => undefined
const silentLogger: Logger = { debug: silent, info: silent, warn: silent, error: silent }

/** Where the objects of {@link everyLayer} lie in the store. */
export const everyLayerPrefix = 'behind/layers'

/** Limits that no test of a kit meets. */
const much = 1_000_000

/** Every layer of this package, in an order that is legal, the outermost first. */
const makers: Readonly<Record<string, () => Layer>> = {
  audit: () => audit({ sink: callbackSink(silent) }),
  log: () => log(silentLogger),
  metrics: () => metrics(),
  validate: () => validate([]),
  quota: () => quota({ objectsMax: much }),
  deadline: () => deadline({ totalMs: much }),
  fallback: () => fallback(new MemoryStorageBackend()),
  retry: () => retry(),
  rateLimit: () => rateLimit({ operationsPerSecond: much }),
  concurrency: () => concurrency({ max: 256 }),
  timeout: () => timeout({ attemptMs: much, idleMs: much }),
  checksum: () => checksum(),
  compress: () => compress(),
  prefix: () => prefix(everyLayerPrefix),
}

/**
 * All layers of this package around one store.
 *
 * @param more Layers of other packages: each comes to the first place behind the retry that its
 * rules allow.
 */
export function everyLayer(more: readonly Layer[] = []): readonly Layer[] {
  const layers = Object.values(makers).map((make) => make())
  const start = layers.findIndex(({ layerName }) => layerName === 'retry') + 1
  for (const layer of more) layers.splice(legalPlace(layers, layer, start), 0, layer)
  return layers
}

function legalPlace(layers: readonly Layer[], layer: Layer, start: number): number {
  for (let at = start; at < layers.length; at++) {
    if (isLegal(layers.toSpliced(at, 0, layer))) return at
  }
  return layers.length
}

function isLegal(layers: readonly Layer[]): boolean {
  try {
    assertLayerOrder(layers)
    return true
  } catch {
    return false
  }
}
