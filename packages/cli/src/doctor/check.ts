/** What a check of `doctor` found. */

/** `skipped`: it was not tried; the message says what would. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Check {
  readonly name: string
  readonly status: CheckStatus
  readonly message: string
  /** What to do, where something is wrong. */
  readonly fix?: string | undefined
}

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message }
}

export function warn(name: string, message: string, fix: string): Check {
  return { name, status: 'warn', message, fix }
}

export function fail(name: string, message: string, fix: string): Check {
  return { name, status: 'fail', message, fix }
}

export function skipped(name: string, message: string): Check {
  return { name, status: 'skipped', message }
}
