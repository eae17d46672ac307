/** How consumers may behave, ready to choose. */
import type { ConsumerSettings } from '../server/wire.ts'

export interface Behaviour {
  readonly name: string
  /** What one sees of it. */
  readonly shows: string
  readonly settings: ConsumerSettings
}

const usual: ConsumerSettings = {
  ...{ consumers: 2, concurrency: 4, handleMs: 300, failPercent: 0, crashPercent: 0 },
  ...{ visibilitySeconds: 30, maxDequeueCount: 5 },
}

export const behaviours: readonly Behaviour[] = [
  { name: 'Steady', shows: 'handles one message after the other', settings: usual },
  {
    name: 'Slow',
    shows: 'takes longer than it holds a message: the hold is renewed',
    settings: { ...usual, handleMs: 12_000, visibilitySeconds: 6 },
  },
  {
    name: 'Flaky',
    shows: 'fails half of the time: tried again, later each time, then poison',
    settings: { ...usual, failPercent: 50, maxDequeueCount: 3, visibilitySeconds: 10 },
  },
  {
    name: 'Crashing',
    shows: 'dies without an answer: what it held comes again when the hold runs out',
    settings: { ...usual, handleMs: 800, crashPercent: 10, visibilitySeconds: 8 },
  },
]

export function isSame(a: ConsumerSettings, b: ConsumerSettings): boolean {
  return (Object.keys(a) as (keyof ConsumerSettings)[]).every((name) => a[name] === b[name])
}
