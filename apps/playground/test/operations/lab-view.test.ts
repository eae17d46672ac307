/** What the page makes of what it hears. */
import { describe, expect, it } from 'vitest'
import { noFaults } from '../../src/screens/operations/server/presets.ts'
import type {
  LabState,
  MeterTotals,
  Second,
  Totals,
} from '../../src/screens/operations/server/wire.ts'
import { newer, percentText, summaryOf, withSeconds } from '../../src/screens/operations/web/lab.ts'
import { areFaultsOn, faultWords } from '../../src/screens/operations/web/words.ts'

const noCalls: MeterTotals = { answered: 0, failed: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, codes: [] }
const noTotals: Totals = { since: 0, program: noCalls, store: noCalls, damaged: 0, leftOut: 0 }
const second = (at: number): Second => ({ at }) as Second

describe('the view of the lab', () => {
  it('keeps the newer of two states, whichever comes first', () => {
    const [older, later] = [{ revision: 3 } as LabState, { revision: 4 } as LabState]
    expect(newer(undefined, older)).toBe(older)
    expect(newer(older, later)).toBe(later)
    expect(newer(later, older)).toBe(later)
  })

  it('has each second once, in order, and only the last minutes', () => {
    const seconds = withSeconds([second(1), second(3)], [second(2), second(3)])
    expect(seconds.map(({ at }) => at)).toEqual([1, 2, 3])
    const many = Array.from({ length: 400 }, (_, at) => second(at))
    const kept = withSeconds(many, [second(400)])
    expect([kept.length, kept.at(-1)!.at]).toEqual([300, 400])
  })

  it('rounds no failure away', () => {
    expect(percentText(undefined)).toBe('–')
    expect(percentText(1)).toBe('100 %')
    expect(percentText(0.999_999)).toBe('99.99 %')
    expect(percentText(0)).toBe('0.00 %')
  })

  it('says in a sentence what the layers made of it', () => {
    expect(summaryOf(noTotals)).toBe('No calls since the last change.')
    const program = { ...noCalls, answered: 1200 }
    const store = { ...noCalls, answered: 1200, failed: 300 }
    expect(summaryOf({ ...noTotals, program, store })).toBe(
      'Your program made 1,200 calls, none failed; the store had 1,500 calls, 300 failed.',
    )
    expect(summaryOf({ ...noTotals, program, store, damaged: 2, leftOut: 3 })).toMatch(
      /2 bodies were not whole, and nobody said so\. 3 steps found no room/,
    )
  })

  it('knows each fault', () => {
    expect(areFaultsOn(noFaults)).toBe(false)
    expect(areFaultsOn({ ...noFaults, isOutage: true })).toBe(true)
    for (const { name } of faultWords) expect(areFaultsOn({ ...noFaults, [name]: 1 })).toBe(true)
    const amounts = Object.keys(noFaults).filter(
      (name) => !['seed', 'isOutage', 'outageSeconds'].includes(name),
    )
    expect(faultWords.map(({ name }) => name)).toEqual(amounts)
  })
})
