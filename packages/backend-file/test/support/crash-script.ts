/**
 * A script of changes that goes through every kind of change, for crashes between any two calls.
 */
import type { StorageBackend } from '@aos-storage/core'
import { bodyOf } from './self-describing.ts'

/** What a key holds: the number of its body, and how it was written. */
export interface Held {
  readonly n: number
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
}

export type State = ReadonlyMap<string, Held>

interface Step {
  readonly run: (store: StorageBackend) => Promise<unknown>
  readonly apply: (state: Map<string, Held>) => void
}

const forms = {
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  bin: 'application/octet-stream',
  cbor: 'application/cbor',
  aos: 'application/x-other',
} as const

function write(
  key: string,
  n: number,
  form: keyof typeof forms | 'image/png',
  options: { bytes?: number; metadata?: Record<string, string>; streamed?: boolean } = {},
): Step {
  const { bytes = 100, metadata = {}, streamed = false } = options
  const contentType = form === 'image/png' ? form : forms[form]
  const body = bodyOf(n, bytes)
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes; at += 100_000) yield body.subarray(at, at + 100_000)
  }
  return {
    run: (store) => store.write(key, streamed ? chunks() : body, { contentType, metadata }),
    apply: (state) => state.set(key, { n, contentType, metadata }),
  }
}

function remove(...keys: string[]): Step {
  return {
    run: (store) => (keys.length === 1 ? store.delete(keys[0]!) : store.deleteMany(keys)),
    apply: (state) => keys.forEach((key) => state.delete(key)),
  }
}

function copy(from: string, to: string): Step {
  return {
    run: (store) => store.copy(from, to),
    apply: (state) => state.set(to, state.get(from)!),
  }
}

/** Steps side by side, each of another key. */
function together(...steps: Step[]): Step {
  return {
    run: (store) => Promise.all(steps.map((step) => step.run(store))),
    apply: (state) => steps.forEach((step) => step.apply(state)),
  }
}

export const script: readonly Step[] = [
  write('first', 1, 'bin'),
  write('first', 2, 'bin', { bytes: 5000 }),
  write('first', 3, 'json'),
  write('first', 4, 'cbor'),
  write('first', 5, 'aos', { metadata: { author: 'ceo' } }),
  write('first', 6, 'txt'),
  write('deep/Er/than/one', 7, 'json'),
  write('deep/Er/two', 8, 'bin', { bytes: 700_000, streamed: true }),
  write('deep', 9, 'aos'),
  remove('deep/Er/than/one'),
  write('logo.png', 10, 'image/png'),
  write('logo.png', 11, 'json'),
  write('logo.png', 12, 'image/png'),
  copy('first', 'deep/Er/copy'),
  copy('first', 'first'),
  together(write('deep', 14, 'aos'), write('deep/Er/copy', 15, 'txt'), write('new/x', 16, 'bin')),
  write(`${'long'.repeat(70)}/x`, 13, 'txt'),
  remove('deep/Er/two', 'absent', 'first', 'logo.png'),
  remove('deep/Er/copy'),
  remove(`${'long'.repeat(70)}/x`),
]

/** What the store holds before each step, and after the last. */
export function statesOf(): State[] {
  const states: State[] = [new Map()]
  for (const step of script) {
    const state = new Map(states.at(-1))
    step.apply(state)
    states.push(state)
  }
  return states
}
