/** What is typed and not saved, and what is made of it when somebody else was quicker. */
import { afterEach, describe, expect, it } from 'vitest'
import { differences, isClash, rebased } from '../../src/screens/tables/web/edit/conflict.ts'
import {
  draftsOf,
  dropDrafts,
  editProperty,
  hasDrafts,
  withDraft,
} from '../../src/screens/tables/web/edit/drafts.ts'
import { changeOf, transactionFault } from '../../src/screens/tables/web/edit/save.ts'
import type { WireRow, WireValue } from '../../src/screens/tables/server/wire.ts'

const text = (value: string): WireValue => ({ type: 'string', text: value })
const row: WireRow = {
  ...{ partitionKey: 'p', rowKey: 'r', etag: '1', modifiedAt: 0 },
  properties: { a: text('1'), b: text('2') },
}
const draft = (): NonNullable<ReturnType<ReturnType<typeof draftsOf>['get']>> =>
  draftsOf('t').get('p/r')!

afterEach(() => dropDrafts('t'))

describe('a draft', () => {
  it('is over the version that was seen, and laid over what is shown', () => {
    editProperty('t', row, 'a', text('x'), row.properties['a'])
    editProperty('t', { ...row, etag: '2' }, 'b', null, row.properties['b'])
    expect(draft()).toMatchObject({ etag: '1', edits: { a: text('x'), b: null } })
    expect(withDraft(row.properties, draft())).toEqual({ a: text('x') })
  })

  it('is none when it says what was there', () => {
    editProperty('t', row, 'a', text('x'), row.properties['a'])
    editProperty('t', row, 'c', text('new'), undefined)
    editProperty('t', row, 'a', text('1'), row.properties['a'])
    expect(Object.keys(draft().edits)).toEqual(['c'])
    editProperty('t', row, 'c', null, undefined)
    expect(hasDrafts()).toBe(false)
  })

  it('of another type of the same text is one', () => {
    editProperty('t', row, 'a', { type: 'number', text: '1' }, row.properties['a'])
    expect(hasDrafts()).toBe(true)
  })

  it('takes names that every object has', () => {
    editProperty('t', row, 'constructor', text('x'), undefined)
    expect(withDraft(row.properties, draft())).toEqual({
      ...row.properties,
      ...{ constructor: text('x') },
    })
  })
})

describe('a change', () => {
  it('merges what is set, and replaces where something is removed', () => {
    editProperty('t', row, 'a', text('x'), row.properties['a'])
    expect(changeOf(draft(), 'merge')).toEqual({
      ...{ kind: 'update', partitionKey: 'p', rowKey: 'r', ifMatch: '1', mode: 'merge' },
      ...{ set: { a: text('x') }, remove: [] },
    })
    editProperty('t', row, 'b', null, row.properties['b'])
    expect(changeOf(draft(), 'merge')).toMatchObject({ mode: 'replace', remove: ['b'] })
  })

  it('goes with others of its partition only', () => {
    editProperty('t', row, 'a', text('x'), row.properties['a'])
    const other = { ...draft(), partitionKey: 'q' }
    expect(transactionFault([draft(), draft()])).toBeUndefined()
    expect(transactionFault([draft(), other])).toContain('one partition')
    expect(transactionFault(Array.from({ length: 101 }, draft))).toContain('at most 100')
  })
})

describe('a conflict', () => {
  const now: WireRow = {
    ...row,
    etag: '9',
    properties: { a: text('theirs'), b: text('2'), c: text('both') },
  }

  function typed(): void {
    editProperty('t', row, 'a', text('mine'), row.properties['a'])
    editProperty('t', row, 'b', null, row.properties['b'])
    editProperty('t', row, 'c', text('both'), undefined)
  }

  it('is only where both made something else of it', () => {
    typed()
    const all = differences(draft(), now)
    expect(all.map((each) => [each.name, isClash(each)])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ])
  })

  it('is decided by property, over the version that is there now', () => {
    typed()
    expect(rebased(draft(), now, { a: 'mine' })).toMatchObject({
      ...{ etag: '9', edits: { a: text('mine'), b: null } },
      before: { a: text('theirs'), b: text('2') },
    })
    const kept = rebased(draft(), now, { a: 'theirs' })
    expect(Object.keys(kept.edits)).toEqual(['b'])
    expect(rebased(draft(), now, { a: 'theirs', b: 'theirs' }).edits).toEqual({})
  })
})
