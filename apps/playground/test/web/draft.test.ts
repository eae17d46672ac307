import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Draft } from '../../src/web/draft.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a draft of a part of the view', () => {
  it('is shown at once, and in the address after a pause', () => {
    const written: string[] = []
    const draft = new Draft('')
    const seen: string[] = []
    draft.subscribe(() => seen.push(draft.value()))
    for (const text of ['a', 'ab', 'abc']) {
      draft.change(text, (value) => written.push(value))
      vi.advanceTimersByTime(100)
    }
    expect(seen).toEqual(['a', 'ab', 'abc'])
    expect(written).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(written).toEqual(['abc'])
    draft.change('', (value) => written.push(value))
    vi.advanceTimersByTime(1000)
    expect(written).toEqual(['abc', ''])
  })

  it('stays when the address comes with what was written, which is old by then', () => {
    const draft = new Draft('')
    draft.change('a', () => undefined)
    vi.advanceTimersByTime(1000)
    draft.change('ab', () => undefined)
    draft.follow('a')
    expect(draft.value()).toBe('ab')
    draft.follow('ab')
    expect(draft.value()).toBe('ab')
    // The person went back.
    draft.follow('a')
    expect(draft.value()).toBe('a')
  })

  it('gives way to an address that somebody else changed', () => {
    const written: string[] = []
    const draft = new Draft('')
    for (const text of ['a', 'ab']) draft.change(text, (value) => written.push(value))
    draft.follow('before')
    vi.advanceTimersByTime(1000)
    expect([draft.value(), ...written]).toEqual(['before'])
  })

  it('writes nothing when it is closed', () => {
    const written: string[] = []
    const draft = new Draft('')
    for (const text of ['a', 'ab']) draft.change(text, (value) => written.push(value))
    draft.close()
    vi.advanceTimersByTime(1000)
    expect(written).toEqual([])
  })
})
