/** Progress, reports and options in words. Pure. */
import type { MigrationProgress, MigrationReport } from '@aos-storage/core'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import type { MigrationPlan, Reached, ShownRecord } from '../server/wire.ts'

export function objectsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'object' : 'objects'}`
}

/** From 0 to 100; 0 while nobody can tell. */
export function percentOf(done: number, total: number): number {
  return total === 0 ? 0 : Math.min(100, (100 * done) / total)
}

/** `1,200 of 5,000 objects`, `1,200 of at least 5,000 objects`. */
export function doneText({ objectsDone, objectsTotal, isTotalKnown }: Reached): string {
  const total = isTotalKnown ? objectsText(objectsTotal) : `at least ${objectsText(objectsTotal)}`
  return `${countText(objectsDone)} of ${total}`
}

/** What goes on now: each amount with its name. */
export function factsOf(
  progress: MigrationProgress,
): readonly (readonly [name: string, amount: string])[] {
  const { bytesDone, objectsPerSecond, bytesPerSecond, secondsLeft, objectsInFlight } = progress
  const isIdle = progress.isPaused && objectsInFlight === 0
  return [
    ['copied', bytesText(bytesDone)],
    ['objects/s', isIdle ? '0' : rateText(objectsPerSecond)],
    ['bytes/s', isIdle ? '0 B' : bytesText(Math.round(bytesPerSecond))],
    ['left', progress.isPaused ? 'paused' : leftText(secondsLeft)],
    ['on their way', countText(objectsInFlight)],
    ['failed', countText(progress.failed)],
  ]
}

function rateText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : countText(Math.round(perSecond))
}

function leftText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : durationText(Math.ceil(seconds) * 1000)
}

/** The counts of a report that are not zero, and always what was copied. */
export function countsOf(
  report: MigrationReport,
): readonly (readonly [name: string, amount: string])[] {
  const { isDryRun, copied, copiedBytes, unchanged, skipped, excluded, vanished } = report
  const counts: readonly (readonly [string, number])[] = [
    [isDryRun ? 'of these, to replace others' : 'of these, in place of others', report.replaced],
    ['the same already', unchanged],
    ['skipped, others stand there', skipped],
    ['left out by patterns', excluded],
    ['gone meanwhile', vanished],
    ['deleted at the source', report.deleted],
    ['failed', report.failed],
  ]
  return [
    [isDryRun ? 'to be copied' : 'copied', `${objectsText(copied)}, ${bytesText(copiedBytes)}`],
    // A record of an older release lacks a count.
    ...counts.flatMap(([name, count]) => (count > 0 ? [[name, countText(count)] as const] : [])),
  ]
}

/** How it stands with a migration, in a few words. */
export function standingOf({ state, report, reached, problem, endedAt }: ShownRecord): string {
  const done = reached === undefined ? '' : ` at ${doneText(reached)}`
  if (state === 'stopped') {
    if (problem !== undefined) return `Stopped by a failure${done}`
    return endedAt === undefined
      ? `Cut short${done === '' ? '' : `, about${done}`}`
      : `Stopped${done}`
  }
  const copied = report?.copied ?? 0
  const failed = report?.failed ?? 0
  const failures = failed === 0 ? '' : `, ${countText(failed)} failed`
  return `Complete: ${countText(copied)} copied${failures}`
}

/** The patterns of a text, one a line. */
export function patternsOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}

/** What happens to the sources, said before it does. */
export function deletionText({ include, exclude }: MigrationPlan): string {
  const isAll = include.length === 0 && exclude.length === 0
  return isAll ? 'Every object' : 'Every object that fits the patterns'
}
