/** What the page of the Queues screen makes of what it is told. */
import { assertQueueName, isStorageError, queueNameFault } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { Rate } from '../../src/screens/queues/server/rate.ts'
import type {
  GroupState,
  LogLine,
  QueueDetail,
  QueueNews,
  QueueState,
} from '../../src/screens/queues/server/wire.ts'
import { placeAfter } from '../../src/screens/queues/web/arrows.ts'
import { behaviours, isSame } from '../../src/screens/queues/web/behaviours.ts'
import { lineText, ordinal, shortId } from '../../src/screens/queues/web/log-text.ts'
import { isPrefix, nameFault } from '../../src/screens/queues/web/names.ts'
import { detailWith, listWith } from '../../src/screens/queues/web/news.ts'
import { clockText } from '../../src/screens/queues/web/use-now.ts'

function state(queue: string, length: number): QueueState {
  const counts = { inFlight: 0, poison: null, done: 0, perSecond: 0, consumers: 0, hands: 0 }
  return { queue, length, ...counts }
}

function news(part: Partial<QueueNews>): QueueNews {
  return { states: [], groups: [], hands: [], isListChanged: false, ...part }
}

function line(sequence: number): LogLine {
  return { sequence, at: 0, consumer: 1, kind: 'started' }
}

function group(...sequences: number[]): GroupState {
  return {
    ...{ queue: 'a-1', settings: behaviours[0]!.settings, phase: 'running', perSecond: 0 },
    counts: { received: 0, handled: 0, failed: 0, renewed: 0, crashed: 0, poisoned: 0 },
    ...{ running: [], runningCount: 0, orphans: 0, orphansUntil: null, problem: undefined },
    log: sequences.map(line),
  }
}

describe('news of queues', () => {
  it('replace what they tell of in a list, and leave a list alone that they do not touch', () => {
    const list = {
      ...{ areMore: false, messageBytesMax: 1 },
      queues: [state('a-1', 1), state('b-1', 1)],
    }
    const next = listWith(list, news({ states: [state('b-1', 9), state('c-1', 9)] }))
    expect(next.queues.map(({ length }) => length)).toEqual([1, 9])
    expect(listWith(list, news({ states: [state('c-1', 9)] }))).toBe(list)
  })

  it('go on with the log, once for each line, and bounded', () => {
    const detail: QueueDetail = { state: state('a-1', 1), group: group(1, 2), hands: [] }
    const more = detailWith(detail, news({ groups: [group(2, 3, 4)] }))
    expect(more.group!.log.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
    const anew = detailWith(more, news({ groups: [group(1)] }))
    expect(anew.group!.log.map(({ sequence }) => sequence)).toEqual([1])
    const all = Array.from({ length: 500 }, (_, at) => at + 5)
    expect(detailWith(more, news({ groups: [group(...all)] })).group!.log).toHaveLength(200)
    expect(detailWith(detail, news({ states: [state('b-1', 2)] }))).toBe(detail)
    const counted = detailWith(detail, news({ states: [state('a-1', 7)] }))
    expect([counted.state.length, counted.group]).toEqual([7, detail.group])
  })
})

describe('names of queues', () => {
  const names = [
    'abc',
    'agent-tasks',
    'a-1',
    'ab',
    'x'.repeat(64),
    'Abc',
    'a_b',
    '-ab',
    'a--b',
    'ab-',
  ]

  it.each(names)('%s is judged as the store judges it', (name) => {
    expect(nameFault(name) === undefined).toBe(queueNameFault(name) === undefined)
    const judge = (): void => assertQueueName(name)
    if (nameFault(name) === undefined) expect(judge).not.toThrow()
    else expect(judge).toThrow(expect.toSatisfy((error) => isStorageError(error, 'INVALID_KEY')))
  })

  it('may begin with what a name may', () => {
    expect(['', 'a', 'agent-', '-', 'A', 'a_'].map(isPrefix)).toEqual([
      ...[true, true, true, false, false, false],
    ])
  })
})

describe('words', () => {
  it('say what happened', () => {
    const about = { sequence: 1, at: 0, consumer: 1, id: '5', dequeueCount: 2 }
    const said = [
      lineText({ ...about, kind: 'failed', seconds: 2, detail: 'E: no' }, 'orders'),
      lineText({ ...about, kind: 'poisoned', id: 'x'.repeat(40) }, 'orders'),
      lineText({ ...about, kind: 'crashed', messages: 1, seconds: 9 }, 'orders'),
      lineText({ ...about, kind: 'handled', messages: 1 }, 'orders'),
      lineText({ sequence: 1, at: 0, kind: 'handled', messages: 1200 }, 'orders'),
    ]
    expect(said).toEqual([
      'message 5 failed, 2nd try, again in 2 s: E: no',
      '…xxxxxxxx was given up, received 2 times, and is in orders-poison',
      'crashed with a message in its hands: visible again in 9 s at most',
      'message 5 was handled',
      'handled 1,200 messages',
    ])
    expect(['5', 'x'.repeat(40)].map(shortId)).toEqual(['5', '…xxxxxxxx'])
    expect([1, 2, 3, 4, 11, 21].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '21st'])
  })

  it('say how long', () => {
    expect([-5, 900, 61_000, 3_600_000].map(clockText)).toEqual(['0:00', '0:01', '1:01', '1:00:00'])
  })

  it('tell behaviours from each other', () => {
    const all = behaviours.map(({ settings }) => settings)
    expect(all.filter((each) => isSame(each, all[1]!))).toHaveLength(1)
  })
})

describe('arrows', () => {
  it('lead through a list, and stay within it', () => {
    const from = (key: string) => [0, 1, 2].map((place) => placeAfter(key, place, 3))
    expect(from('ArrowDown')).toEqual([1, 2, 2])
    expect(from('ArrowUp')).toEqual([0, 0, 1])
    expect([placeAfter('Home', 1, 3), placeAfter('End', 1, 3)]).toEqual([0, 2])
    expect(placeAfter('Enter', 1, 3)).toBeUndefined()
  })
})

describe('a rate', () => {
  it('is of the last whole seconds, and falls', () => {
    const rate = new Rate()
    for (let ms = 10_000; ms < 15_000; ms += 100) rate.add(ms)
    expect(rate.perSecond(15_000)).toBe(10)
    expect(rate.perSecond(16_000)).toBe(8)
    expect(rate.perSecond(30_000)).toBe(0)
    // A clock that was set back.
    expect(rate.perSecond(1000)).toBe(0)
  })
})
