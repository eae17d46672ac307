/** Places that both changed stay marked until they are decided. */
import { history, redo, undo } from '@codemirror/commands'
import { EditorState, type StateCommand } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  conflictMarks,
  keepingMine,
  marksOf,
} from '../../../src/screens/objects/web/detail/merge/conflict-marks.ts'
import { mergeLines, type Part } from '../../../src/screens/objects/web/detail/merge/merge-lines.ts'

function open(doc: string, parts: readonly Part[]): EditorState {
  const separator = EditorState.lineSeparator.of('\n')
  return EditorState.create({ doc, extensions: [separator, history(), conflictMarks(parts)] })
}

function stepped(step: StateCommand, state: EditorState): EditorState {
  let next = state
  step({ state, dispatch: (change) => void (next = change.state) })
  return next
}

/** The lines that are marked, by number. */
function marked(state: EditorState): number[] {
  const lines: number[] = []
  for (const set of state.facet(EditorView.decorations)) {
    if (typeof set === 'function') continue
    for (const cursor = set.iter(); cursor.value !== null; cursor.next()) {
      lines.push(state.doc.lineAt(cursor.from).number)
    }
  }
  return lines
}

describe('places that both changed', () => {
  test('are marked line by line', () => {
    expect(marked(open('one\ntwo\nthree\nfour', [{ from: 4, to: 13 }]))).toEqual([2, 3])
  })

  test.each([
    ['amid the text', 'one\n\nthree\n', 'one\ntwo\n\nthree\n', 'one\nTWO\n\nthree\n', 2],
    ['at its end', 'one\n', 'one\ntwo\n', 'one\nTWO\n', 2],
  ])('are marked where mine deleted them, %s', (_, mine, base, theirs, line) => {
    const { text, conflicts } = mergeLines({ base, mine, theirs })
    expect(text).toBe(mine)
    expect(conflicts).toHaveLength(1)
    expect(marked(open(text, conflicts))).toEqual([line])
  })

  const two = { from: 4, to: 7 }

  test.each([
    ['deleted', { from: 4, to: 7 }],
    ['replaced with what is around them', { from: 0, to: 8, insert: 'ONE\nTWO\n' }],
    ['written in', { from: 6, insert: '2' }],
    ['longer by a line', { from: 7, insert: '\n2' }],
  ])('are decided when they are %s, until that is undone', (_, changes) => {
    const state = open('one\ntwo\nthree', [two])
    const decided = state.update({ changes }).state
    expect(marksOf(decided)).toEqual([])
    expect(marked(decided)).toEqual([])
    const before = stepped(undo, decided)
    expect(marksOf(before)).toEqual([two])
    expect(marked(before)).toEqual([2])
    expect(marksOf(stepped(redo, before))).toEqual([])
  })

  test('are not decided by what is written elsewhere', () => {
    const state = open('one\ntwo\nthree', [two])
    const after = state.update({
      changes: [
        { from: 0, to: 4, insert: '' },
        { from: 8, insert: '3' },
      ],
    }).state
    expect(marksOf(after)).toEqual([{ from: 0, to: 3 }])
    expect(marked(after)).toEqual([1])
  })

  test.each([
    ['something comes there', { from: 4, insert: 'two\n' }],
    ['more is replaced', { from: 4, to: 9, insert: 'two\nthree' }],
  ])('where mine deleted them are decided when %s', (_, changes) => {
    const state = open('one\nthree', [{ from: 4, to: 4 }])
    expect(marksOf(state.update({ changes: { from: 0, insert: 'x' } }).state)).toHaveLength(1)
    expect(marksOf(state.update({ changes }).state)).toEqual([])
  })

  test('are decided when one keeps them, all or some', () => {
    const three = { from: 8, to: 13 }
    const state = open('one\ntwo\nthree', [two, three])
    const one = state.update(keepingMine([three])).state
    expect(marksOf(one)).toEqual([three])
    const none = one.update(keepingMine()).state
    expect(marksOf(none)).toEqual([])
    expect(marked(none)).toEqual([])
    expect(marksOf(stepped(undo, none))).toEqual([three])
  })

  test('are inside the text and on its lines, also when they do not fit it', () => {
    const text = fc
      .array(fc.constantFrom('a', '', 'bc', '\r'), { maxLength: 6 })
      .map((lines) => lines.join('\n'))
    const place = fc.nat({ max: 20 })
    const parts = fc
      .uniqueArray(place, { maxLength: 6 })
      .map((all) => all.toSorted((a, b) => a - b))
      .map((all) =>
        all.flatMap((from, index) => (index % 2 ? [] : [{ from, to: all[index + 1] ?? from }])),
      )
    const edits = fc.array(fc.tuple(place, place, text), { maxLength: 4 })
    fc.assert(
      fc.property(text, parts, edits, (doc, all, changes) => {
        let state = open(doc, all)
        for (const [one, other, insert] of changes) {
          const [from, to] = [one, other]
            .map((at) => Math.min(at, state.doc.length))
            .sort((a, b) => a - b)
          state = state.update({ changes: { from: from!, to: to!, insert } }).state
        }
        expect(marksOf(state).length).toBeLessThanOrEqual(all.length)
        const lines = new Set(marked(state))
        for (const { from, to } of marksOf(state)) {
          expect(from).toBeLessThanOrEqual(to)
          expect(to).toBeLessThanOrEqual(state.doc.length)
          expect(lines).toContain(state.doc.lineAt(from).number)
        }
      }),
    )
  })
})
