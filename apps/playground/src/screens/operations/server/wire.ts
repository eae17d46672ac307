/** What travels between the Operations screen's page and its server. Types only. */
import type { CompressionAlgorithm, OperationOutcome, OutcomeKind } from '@aos-storage/core'

/** The made-up traffic. */
export interface LoadSettings {
  /** Gives the same steps again. */
  readonly seed: number
  readonly ratePerSecond: number
  /** Steps under way at most: one that finds no room is left out, and counted. */
  readonly concurrency: number
}

/** What befalls the calls that reach the store. Zero: it does not happen. */
export interface FaultSettings {
  /** Gives the same faults to the same calls. */
  readonly seed: number
  readonly latencyMs: number
  /** Up to so much more, by chance. */
  readonly jitterMs: number
  /** Refused with `UNAVAILABLE` before the store sees them. */
  readonly errorPercent: number
  /** Refused with `RATE_LIMITED`. */
  readonly limitedPercent: number
  /** Changes that are done, and whose answer is lost. */
  readonly lostPercent: number
  /** Writes whose body breaks off on its way. */
  readonly tornPercent: number
  /** Reads whose body breaks off, with an error. */
  readonly shortPercent: number
  /** Reads whose body ends early, and nothing says so. */
  readonly silentPercent: number
  /** Every call fails. */
  readonly isOutage: boolean
  /** How long. 0: until somebody ends it. */
  readonly outageSeconds: number
}

/** Which layers stand around the store, and how they are set. In their order, outermost first. */
export interface LayerSettings {
  readonly deadline: { readonly isOn: boolean; readonly totalMs: number }
  readonly fallback: { readonly isOn: boolean; readonly takesWrites: boolean }
  readonly retry: {
    readonly isOn: boolean
    readonly attemptsMax: number
    readonly delayMs: number
  }
  readonly circuitBreaker: {
    readonly isOn: boolean
    readonly failurePercent: number
    readonly openMs: number
  }
  readonly rateLimit: { readonly isOn: boolean; readonly operationsPerSecond: number }
  readonly concurrency: { readonly isOn: boolean; readonly max: number }
  readonly timeout: { readonly isOn: boolean; readonly attemptMs: number }
  readonly checksum: { readonly isOn: boolean }
  readonly compress: { readonly isOn: boolean; readonly algorithm: CompressionAlgorithm }
}

export type LayerName = keyof LayerSettings

/** A situation that one click brings about. */
export type PresetName = 'fine' | 'flaky' | 'overload' | 'outage'

/** What `POST /preset` takes. */
export interface PresetRequest {
  readonly name: PresetName
  /** With the layers that help in it, or with none at all. */
  readonly isProtected: boolean
}

/** One place of the stack in one second. */
export interface MeterSecond {
  readonly answered: number
  readonly failed: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** What one second was like. */
export interface Second {
  /** Milliseconds since 1970, at its end. */
  readonly at: number
  /** Outside of all layers. */
  readonly program: MeterSecond
  /** Inside of all layers. */
  readonly store: MeterSecond
}

export interface CodeCount {
  readonly code: OperationOutcome
  readonly kind: OutcomeKind
  readonly count: number
}

/** One place of the stack since the counting began. */
export interface MeterTotals {
  readonly answered: number
  readonly failed: number
  /** Undefined, and left out, before the first call. */
  readonly availability?: number | undefined
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** All that did not end well, those that are an answer too; the most frequent first. */
  readonly codes: readonly CodeCount[]
}

export interface Totals {
  /** Milliseconds since 1970: since then nothing was switched. */
  readonly since: number
  readonly program: MeterTotals
  readonly store: MeterTotals
  /** Bodies that the program was given as whole, and that were not. */
  readonly damaged: number
  /** Steps that found no room: as many as may be were under way. */
  readonly leftOut: number
}

/** What a layer tells of itself, or the store. */
export interface StackRow {
  readonly name: string
  readonly isOk: boolean
  readonly message: string
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/** `GET /state`, but for the seconds; and what every change answers. */
export interface LabState {
  readonly isRunning: boolean
  readonly load: LoadSettings
  readonly faults: FaultSettings
  readonly layers: LayerSettings
  /** Undefined, and left out, once something of it was changed by hand. */
  readonly preset?: PresetRequest | undefined
  /** Milliseconds since 1970. Undefined, and left out, while none is to end by itself. */
  readonly outageEndsAt?: number | undefined
  readonly totals: Totals
  /** Outermost first. */
  readonly stack: readonly StackRow[]
  /** Ascending: of two states the higher one is the newer. */
  readonly revision: number
}

/** `GET /state`. */
export interface WholeLab {
  readonly state: LabState
  /** The last minutes, oldest first. */
  readonly seconds: readonly Second[]
}

/** On the topic `operations-lab`: each second while it runs, and when something was changed. */
export interface LabNews {
  readonly state: LabState
  readonly second?: Second | undefined
}
