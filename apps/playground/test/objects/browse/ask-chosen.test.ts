/** What a dialog is asked about when very many objects are chosen. */
import { afterEach, describe, expect, it } from 'vitest'
import { askChosen } from '../../../src/screens/objects/web/browse/ask-chosen.ts'
import { Chosen } from '../../../src/screens/objects/web/browse/chosen.ts'
import type { Listed } from '../../../src/screens/objects/web/browse/listing.ts'
import { Rows } from '../../../src/screens/objects/web/browse/rows.ts'
import { totalsOf } from '../../../src/screens/objects/web/browse/totals.ts'
import type { Selection } from '../../../src/screens/objects/web/selection.ts'
import {
  openDialog,
  showDialog,
  type TransferKind,
} from '../../../src/screens/objects/web/transfer/dialog.ts'
import { dialogTitle } from '../../../src/screens/objects/web/transfer/dialog-title.ts'

const many = 10_001

/** A listing of `count` objects and one prefix. */
function listed(prefix: string, count: number, more: Partial<Listed> = {}): Listed {
  const rows = new Rows(prefix)
  rows.append([{ kind: 'prefix', prefix: `${prefix}deeper/` }])
  rows.append(
    Array.from({ length: count - 1 }, (_, i) => {
      return { kind: 'object', key: `${prefix}k${i}`, size: 1, modifiedAt: 1, etag: `e${i}` }
    }),
  )
  const { columns, byKey, order, arrangement } = rows
  const all = totalsOf(columns, byKey)
  const state = { status: 'ready', isTruncated: false, problem: undefined } as const
  return { columns, byKey, order, arrangement, all, shown: all, ...state, ...more }
}

/** What is asked when the first rows are chosen. */
function asked(
  kind: TransferKind,
  list: Listed,
  count: number,
): { title: string; selection: Selection } {
  const chosen = new Chosen()
  chosen.set(
    [...list.byKey.subarray(0, count)].map((slot) => list.columns.keys[slot]!),
    true,
  )
  askChosen(kind, chosen, list)
  const dialog = openDialog()
  if (dialog?.step !== 'ask') throw new Error('Nothing is asked.')
  return { title: dialogTitle(dialog), selection: dialog.question.selection }
}

describe('what is chosen', () => {
  afterEach(() => showDialog(undefined))

  it.each(['copy', 'move', 'delete'] as const)('goes as its prefix to a %s', (kind) => {
    const { selection, title } = asked(kind, listed('a/', many), many)
    expect(selection).toEqual({ objects: [], prefixes: ['a/'] })
    expect(title).toMatch(/ all of a\/\??$/)
  })

  it('is everything at the top', () => {
    const { selection, title } = asked('delete', listed('', many), many)
    expect(selection).toEqual({ objects: [], prefixes: [''] })
    expect(title).toBe('Delete everything in the store?')
  })

  it.each([
    ['not too many', 'delete', listed('a/', many - 1), many - 1],
    ['not all', 'delete', listed('a/', many), many - 1],
    ['all of a part', 'delete', listed('a/', many, { isTruncated: true }), many],
    ['all that was read so far', 'delete', listed('a/', many, { status: 'loading' }), many],
    ['all of the store, which has nowhere to go', 'move', listed('', many), many],
    ['no whole segment', 'copy', listed('a', many), many],
  ] as const)('goes one by one when it is %s', (_, kind, list, count) => {
    const { selection } = asked(kind, list, count)
    expect(selection.objects.length + selection.prefixes.length).toBe(count)
    expect(selection.objects[0]).toHaveProperty('etag')
  })
})
