/** The trace: what was done, how it ended, and how many operations it took; bounded. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { OperationBatch, OperationRecord } from '../../src/server/operations.ts'
import { type Action, begun, withBatch, withGap } from '../../src/web/action.ts'
import { act, actionsSoFar, followOperations } from '../../src/web/actions.ts'
import { ProblemError, unavailable } from '../../src/web/problem.ts'

type Handle = (data: unknown) => void
const heard = vi.hoisted(() => new Map<string, Handle>())
vi.mock('../../src/web/live.ts', () => ({
  isLive: () => true,
  onLive: (topic: string, handle: Handle) => {
    heard.set(topic, handle)
    return () => heard.delete(topic)
  },
}))

function record(action: string, sequence: number): OperationRecord {
  return {
    ...{ action, sequence, endedAt: 0, operation: 'stat', backend: 'file' },
    ...{ durationMs: 1, outcome: 'OK' },
  }
}

function batchOf(
  action: string,
  count: number,
  more: Partial<OperationBatch> = {},
): OperationBatch {
  const operations = Array.from({ length: count }, (_, index) => record(action, index))
  return { operations, omitted: 0, ...more }
}

function countOf({ operations, omitted, isCountLow }: Action): string {
  return `${isCountLow ? 'at least ' : ''}${operations.length} + ${omitted}`
}

const text = { label: 'Work', code: 'work()' }

describe('the operations of an action', () => {
  const a = begun(text, 'a')
  const b = begun(text, 'b')

  it('are counted exactly, told or not, kept or not', () => {
    let actions: readonly Action[] = [a, b]
    for (let batch = 0; batch < 3; batch++) {
      actions = withBatch(actions, batchOf('a', 200, { omitted: 95, omittedBy: [['a', 90]] }))
    }
    expect(actions.map(countOf)).toEqual(['500 + 370', '0 + 0'])
    actions = withBatch(actions, { operations: [], omitted: 2, omittedBy: [['b', 2]] })
    expect(actions.map(countOf)).toEqual(['500 + 370', '0 + 2'])
  })

  it('are at least so many when too many actions had operations that were not told', () => {
    const batch = batchOf('a', 1, { omitted: 9, omittedBy: [['a', 4]], omittedOfOthers: 5 })
    expect(withBatch([a, b], batch).map(countOf)).toEqual(['1 + 4', 'at least 0 + 0'])
  })

  it('are at least so many when batches were lost while it ran', () => {
    const ended: Action = { ...b, startedAt: 1000, durationMs: 50 }
    expect(withGap([a, ended], 2000).map(countOf)).toEqual(['at least 0 + 0', '0 + 0'])
    expect(withGap([ended], 1040).map(countOf)).toEqual(['at least 0 + 0'])
  })

  it('of nobody here change nothing', () => {
    const actions = [a, b]
    expect(withBatch(actions, batchOf('c', 3, { omitted: 1, omittedBy: [['c', 1]] }))).toBe(actions)
  })
})

describe('an action', () => {
  beforeEach(() => void followOperations())

  it('has its code, unless that is too long to be kept', async () => {
    await act(text, async () => undefined)
    expect(actionsSoFar()[0]).toMatchObject(text)
    await act({ label: 'Save', code: 'x'.repeat(5_000_000) }, async () => undefined)
    expect(actionsSoFar()[0]!.code).toBe(
      '// A program of 5,000,000 characters: too long to be kept here.\n',
    )
  })

  it('has its operations as they are told', async () => {
    await act(text, async (id) => heard.get('operations')!(batchOf(id, 3)))
    expect(countOf(actionsSoFar()[0]!)).toBe('3 + 0')
    heard.get('hello')!({ isMissed: false })
    expect(countOf(actionsSoFar()[0]!)).toBe('3 + 0')
    heard.get('hello')!({ isMissed: true })
    expect(countOf(actionsSoFar()[0]!)).toBe('at least 3 + 0')
  })

  it('that failed has its problem', async () => {
    const failing = act(text, () => Promise.reject(new ProblemError(unavailable)))
    await expect(failing).rejects.toThrow('does not answer')
    expect(actionsSoFar()[0]).toMatchObject({ isLeft: false, problem: { code: 'UNAVAILABLE' } })
  })

  it('that nobody waits for any more has failed in nothing', async () => {
    const left = AbortSignal.abort()
    const leaving = act(text, async () => left.throwIfAborted())
    await expect(leaving).rejects.toBe(left.reason)
    expect(actionsSoFar()[0]).toMatchObject({ isLeft: true, problem: undefined })
  })

  it('is one of the last fifty', async () => {
    for (let done = 0; done < 60; done++) await act(text, async () => undefined)
    expect(actionsSoFar()).toHaveLength(50)
  })
})
