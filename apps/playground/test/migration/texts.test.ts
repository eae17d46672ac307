/** What the page makes of what it hears. */
import type { MigrationProgress, MigrationReport } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { migrationPlan } from '../../src/screens/migration/server/requests.ts'
import type {
  MigrationState,
  ShownRecord,
  WholeMigration,
} from '../../src/screens/migration/server/wire.ts'
import { isListOld, withNews, withWhole } from '../../src/screens/migration/web/news.ts'
import {
  countsOf,
  doneText,
  factsOf,
  patternsOf,
  percentOf,
  standingOf,
} from '../../src/screens/migration/web/texts.ts'
import { planAtFirst } from '../../src/screens/migration/web/words.ts'
import { safeParse } from 'valibot'

const state = (revision: number, listRevision = 0): MigrationState => ({ revision, listRevision })
const whole = (revision: number): WholeMigration => ({
  ...{ state: state(revision), seconds: [], records: [], folder: '/data/migration' },
})
const progress: MigrationProgress = {
  ...{ objectsDone: 1200, bytesDone: 2048, objectsInFlight: 4, failed: 1, objectsTotal: 5000 },
  ...{ bytesTotal: 9000, isTotalKnown: true, objectsPerSecond: 7.25, bytesPerSecond: 100.4 },
  ...{ secondsLeft: 61.2, isPaused: false },
}
const report: MigrationReport = {
  ...{ outcome: 'complete', isDryRun: false, isResumed: false, durationMs: 5, failures: [] },
  ...{ copied: 1, copiedBytes: 2048, unchanged: 0, skipped: 2, vanished: 0, failed: 3, deleted: 0 },
  ...{ replaced: 1, excluded: 0, losses: [] },
}
const record: ShownRecord = {
  ...{ id: 'x', plan: planAtFirst, startedAt: 0, endedAt: 1, state: 'stopped', canGoOn: true },
  reached: { objectsDone: 3, objectsTotal: 9, isTotalKnown: false, bytesDone: 1 },
}

describe('what is heard', () => {
  it('is the newest state, whichever comes first, and each second once', () => {
    const heard = withNews(whole(3), { state: state(4), second: { at: 10, objects: 1, bytes: 2 } })
    expect(heard.state.revision).toBe(4)
    expect(heard.seconds).toHaveLength(1)
    const again = withNews(heard, { state: state(2), second: { at: 10, objects: 1, bytes: 2 } })
    expect([again.state.revision, again.seconds.length]).toEqual([4, 1])
    expect(withWhole(heard, whole(2)).state.revision).toBe(4)
    expect(withWhole(undefined, whole(2)).state.revision).toBe(2)
    const seconds = Array.from({ length: 600 }, (_, at) => ({ at, objects: 0, bytes: 0 }))
    const second = { at: 600, objects: 0, bytes: 0 }
    expect(withNews({ ...whole(1), seconds }, { state: state(2), second }).seconds).toHaveLength(
      600,
    )
  })

  it('has lists read anew when they are others', () => {
    expect(isListOld(state(1, 1), state(2, 2))).toBe(true)
    expect(isListOld(state(1, 1), state(2, 1))).toBe(false)
    expect(isListOld(state(3, 1), state(2, 0))).toBe(false)
  })
})

describe('a migration in words', () => {
  it('says how far it is', () => {
    expect(doneText(progress)).toBe('1,200 of 5,000 objects')
    expect(doneText({ ...progress, isTotalKnown: false })).toBe('1,200 of at least 5,000 objects')
    expect([percentOf(1, 4), percentOf(0, 0), percentOf(5, 4)]).toEqual([25, 0, 100])
    expect(Object.fromEntries(factsOf(progress))).toEqual({
      ...{ copied: '2.0 KiB', 'objects/s': '7.3', 'bytes/s': '100 B', left: '1 min 2 s' },
      ...{ 'on their way': '4', failed: '1' },
    })
    const paused = { ...progress, isPaused: true, objectsInFlight: 0 }
    expect(Object.fromEntries(factsOf(paused))).toMatchObject({ 'objects/s': '0', left: 'paused' })
    const { secondsLeft: _left, ...unknown } = progress
    expect(Object.fromEntries(factsOf(unknown as MigrationProgress))['left']).toBe('–')
  })

  it('says how it ended', () => {
    expect(Object.fromEntries(countsOf(report))).toEqual({
      ...{ copied: '1 object, 2.0 KiB', 'of these, in place of others': '1' },
      ...{ 'skipped, others stand there': '2', failed: '3' },
    })
    expect(countsOf({ ...report, isDryRun: true })[0]![0]).toBe('to be copied')
    const { replaced: _replaced, ...older } = report
    expect(countsOf(older as MigrationReport)).toHaveLength(3)
    expect(standingOf(record)).toBe('Stopped at 3 of at least 9 objects')
    const { endedAt: _endedAt, ...killed } = record
    expect(standingOf(killed)).toBe('Cut short, about at 3 of at least 9 objects')
    expect(standingOf({ ...record, problem: { code: 'CLOSED', message: '', fix: '' } })).toBe(
      'Stopped by a failure at 3 of at least 9 objects',
    )
    expect(standingOf({ ...record, state: 'complete', report })).toBe(
      'Complete: 1 copied, 3 failed',
    )
  })

  it('reads patterns by the line, and begins with a plan that the server takes', () => {
    expect(patternsOf(' a/* \n\n**\n')).toEqual(['a/*', '**'])
    expect(safeParse(migrationPlan, planAtFirst).success).toBe(true)
  })
})
