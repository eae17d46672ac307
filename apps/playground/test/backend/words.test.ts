/** What the Backend screen says and how it follows a run. Pure. */
import { MemoryStorageBackend } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { capabilityNames } from '../../src/screens/backend/web/capability-code.ts'
import {
  capabilityGroups,
  rawText,
  wordsOf,
} from '../../src/screens/backend/web/capability-words.ts'
import {
  cellGroups,
  countsOf,
  countsText,
  stateAfter,
} from '../../src/screens/backend/web/conformance-state.ts'
import { Largest } from '../../src/screens/backend/server/ranking.ts'
import type { ConformanceRun, ConformanceState } from '../../src/screens/backend/server/wire.ts'

describe('the words of the capabilities', () => {
  const { capabilities } = new MemoryStorageBackend()

  it('are in the table once each', () => {
    const shown = capabilityGroups.flatMap(({ names }) => names)
    expect(shown.toSorted()).toEqual(capabilityNames.toSorted())
    expect(Object.keys(capabilities).toSorted()).toEqual(shown.toSorted())
  })

  it('answer what is asked', () => {
    expect(wordsOf('conditionalWrite', { ...capabilities, conditionalWrite: 'host' })).toEqual({
      question: 'Is a conditional write safe between processes?',
      answer: { verdict: 'yes', text: 'Yes, between all processes of this host' },
    })
    const answer = (name: keyof typeof capabilities, value: unknown): string =>
      wordsOf(name, { ...capabilities, [name]: value }).answer.text
    expect(answer('objectBytesMax', 268_435_456)).toBe('Up to 256 MiB')
    expect(answer('objectBytesMax', Number.MAX_SAFE_INTEGER)).toMatch(/disk/)
    expect(answer('rangeRead', false)).toMatch(/^No/)
    expect(answer('modifiedAtResolutionMs', 1000)).toBe('In steps of one second')
    expect(answer('extras', [])).toBe('Nothing')
    expect(wordsOf('extras', { ...capabilities, extras: ['pathOf', 'verify'] }).answer).toEqual({
      ...{ verdict: 'fact', text: '2 members of its own', names: ['pathOf', 'verify'] },
    })
    for (const name of capabilityNames) {
      expect(wordsOf(name, capabilities).question).toMatch(/\?$/)
      expect(rawText(capabilities[name])).not.toBe('')
    }
  })
})

describe('a run on the page', () => {
  const cases = ['a/1', 'a/2', 'b/1'].map((id) => ({ id, group: id[0]!, title: id }))
  const run: ConformanceRun = {
    ...{ id: 'r', target: 'memory', durability: 'fsync', seed: 1, startedAt: 0 },
    ...{ status: 'running', cases, outcomes: [] },
  }
  const before: ConformanceState = { groups: [], run: null }
  const outcome = (id: string, status: 'passed' | 'failed' = 'passed') => ({
    kind: 'case' as const,
    run: 'r',
    outcome: { id, status, durationMs: 1 },
  })

  it('follows the events', () => {
    const started = stateAfter(before, { kind: 'started', run })!
    const first = stateAfter(started, outcome('a/1'))!
    expect(cellGroups(first.run!).map(({ cells }) => cells.map(({ status }) => status))).toEqual([
      ['passed', 'running'],
      ['waiting'],
    ])
    expect(stateAfter(first, outcome('a/1'))).toBe(first)
    expect(stateAfter(first, { kind: 'started', run })).toBe(first)
    const all = stateAfter(stateAfter(first, outcome('a/2', 'failed'))!, outcome('b/1'))!
    const ended = stateAfter(all, { kind: 'changed', run: 'r', status: 'ended', endedAt: 9 })!
    expect(ended.run).toMatchObject({ status: 'ended', endedAt: 9 })
    expect(countsText(countsOf(ended.run!.outcomes))).toBe('2 passed, 1 failed')
  })

  it('is read anew when something was missed', () => {
    const started = stateAfter(before, { kind: 'started', run })!
    expect(stateAfter(started, outcome('a/2'))).toBeUndefined()
    expect(stateAfter(before, outcome('a/1'))).toBeUndefined()
    expect(stateAfter(started, { kind: 'changed', run: 'r', status: 'ended' })).toBeUndefined()
    expect(stateAfter(started, { kind: 'changed', run: 'other', status: 'ended' })).toBeUndefined()
  })
})

describe('the largest of many', () => {
  it('hands out all others', () => {
    const largest = new Largest<number>(3, (item) => item)
    const out = [5, 1, 9, 3, 9, 2, 7].map((item) => largest.add(item))
    expect(largest.items).toEqual([9, 9, 7])
    expect(out.filter((item) => item !== undefined)).toEqual([1, 3, 2, 5])
  })
})
