/**
 * Layers that must not change a thing: what a healthy store does behind them, it does without them.
 * For the conformance kit on a backend of yours: `harness(name, layers())` for each of them.
 */
import type { Logger } from '../diagnostics/logger.ts'
import { audit } from '../layers/audit/audit.ts'
import { callbackSink } from '../layers/audit/sink.ts'
import { checksum } from '../layers/checksum/checksum.ts'
import { compress } from '../layers/compress/compress.ts'
import { concurrency } from '../layers/concurrency/layer.ts'
import { deadline } from '../layers/deadline.ts'
import { fallback } from '../layers/fallback/fallback.ts'
import type { Layer } from '../layers/layer.ts'
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

/** Limits that no test of a kit meets. */
const much = 1_000_000

/** Makes layers anew: they hold state, and so each store gets its own. */
export type LayerMaker = () => readonly Layer[]

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
  prefix: () => prefix('behind/layers'),
}

/** Each layer of this package alone, by its name. */
export const singleLayers: Readonly<Record<string, LayerMaker>> = Object.fromEntries(
  Object.entries(makers).map(([name, make]) => [name, () => [make()]]),
)

/** All layers of this package around one store. */
export const everyLayer: LayerMaker = () => Object.values(makers).map((make) => make())
