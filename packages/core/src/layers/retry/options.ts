/** What `retry` takes, checked once. */
import { type Clock, systemClock } from '../../clock.ts'
import { assertInteger, assertMethods, assertOptions } from '../../options.ts'
import { type Random, systemRandom } from '../../random.ts'

/** How patient the retries of a layer are. */
export interface RetryOptions {
  /** Tries of one call, the first included. Default 4, at most 100. */
  readonly attemptsMax?: number | undefined
  /** The pause after try n is random, up to this times 2^(n-1). Default 100. */
  readonly delayMs?: number | undefined
  /** No such pause is longer. Default 10,000. */
  readonly delayMsMax?: number | undefined
  /**
   * Longest wait that a service may ask for (`retryAfterMs` of an error); asked for more, the call
   * gives up with the error. Default 60,000.
   */
  readonly retryAfterMsMax?: number | undefined
  /** Size of the budget that all calls share. Default 500: a hundred retries in a row. */
  readonly budgetTokens?: number | undefined
  /** For tests. Default: the host's. */
  readonly clock?: Clock | undefined
  /** For tests. Default: the host's. */
  readonly random?: Random | undefined
}

/** The options with their defaults. */
export type RetrySettings = {
  readonly [Name in keyof RetryOptions]-?: NonNullable<RetryOptions[Name]>
}

const names: ReadonlySet<string> = new Set([
  ...['attemptsMax', 'delayMs', 'delayMsMax', 'retryAfterMsMax', 'budgetTokens'],
  ...['clock', 'random'],
])

const dayMs = 86_400_000

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function retrySettings(options: RetryOptions): RetrySettings {
  assertOptions(options, names, 'retry')
  const settings: RetrySettings = {
    attemptsMax: options.attemptsMax ?? 4,
    delayMs: options.delayMs ?? 100,
    delayMsMax: options.delayMsMax ?? 10_000,
    retryAfterMsMax: options.retryAfterMsMax ?? 60_000,
    budgetTokens: options.budgetTokens ?? 500,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  }
  assertInteger(settings.attemptsMax, 'retry: attemptsMax', 1, 100)
  assertInteger(settings.delayMs, 'retry: delayMs', 0, dayMs)
  assertInteger(settings.delayMsMax, 'retry: delayMsMax', 0, dayMs)
  assertInteger(settings.retryAfterMsMax, 'retry: retryAfterMsMax', 0, dayMs)
  assertInteger(settings.budgetTokens, 'retry: budgetTokens', 10, 1_000_000)
  assertMethods(settings.clock, 'retry: clock', ['now', 'monotonicMs', 'sleep'])
  assertMethods(settings.random, 'retry: random', ['next', 'id'])
  return settings
}
