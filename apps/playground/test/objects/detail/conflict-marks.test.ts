/** Places that both changed stay marked, whatever is written. */
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  conflictMarks,
  marksOf,
} from '../../../src/screens/objects/web/detail/merge/conflict-marks.ts'
import { mergeLines, type Part } from '../../../src/screens/objects/web/detail/merge/merge-lines.ts'

function open(doc: string, parts: readonly Part[]): EditorState {
  const separator = EditorState.lineSeparator.of('\n')
  return EditorState.create({ doc, extensions: [separator, conflictMarks(parts)] })
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

  test('stay marked when what is in them is deleted', () => {
    const state = open('one\ntwo\nthree', [{ from: 4, to: 7 }])
    const emptied = state.update({ changes: { from: 4, to: 7 } }).state
    expect(marksOf(emptied)).toEqual([{ from: 4, to: 4 }])
    expect(marked(emptied)).toEqual([2])
    const filled = emptied.update({ changes: { from: 4, insert: 'TWO\n2' } }).state
    expect(marked(filled)).toEqual([2, 3])
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
        expect(marksOf(state)).toHaveLength(all.length)
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
