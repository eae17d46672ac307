/** What a readiness report takes, and what it tells. */
import type { OperationOptions } from '../../backend.ts'

/** What `readiness` takes. */
export interface ReadinessOptions extends OperationOptions {
  /** How long each check may take. Default 5,000, at most 600,000. */
  readonly timeoutMs?: number | undefined
}

/**
 * `'ready'`: all is well. `'degraded'`: operations are served, and something is wrong, as where a
 * spare store answers or a quota is full. `'down'`: operations fail.
 */
export type ReadinessStatus = 'ready' | 'degraded' | 'down'

/** One thing that was looked at. */
export interface ReadinessCheck {
  /** The backend's or layer's name; of a further store behind a layer `STORE/NAME`. */
  readonly name: string
  /** `'store'`: what callers meet, through all layers. */
  readonly kind: 'store' | 'backend' | 'layer'
  readonly ok: boolean
  /** With the fix, where something is wrong. */
  readonly message: string
  /** Undefined for a layer, which is asked without I/O. */
  readonly latencyMs?: number | undefined
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/** Whether requests may be sent here, and why not. Holds no secrets. */
export interface Readiness {
  /** True unless it is `'down'`. */
  readonly ready: boolean
  readonly status: ReadinessStatus
  /** The store first, then its layers and backends, the outermost first. */
  readonly checks: readonly ReadinessCheck[]
}

export const readinessOptionNames: ReadonlySet<string> = new Set(['timeoutMs', 'signal'])

/** How long a check may take, unless the caller says otherwise. */
export const readinessTimeoutMsDefault = 5000
/** The longest that a check may take. */
export const readinessTimeoutMsMax = 600_000
