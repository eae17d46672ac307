import { countText } from '../../../../web/amounts.ts'
import { lastSegment, onlyOne } from './destination.ts'
import type { Dialog, Question } from './dialog.ts'
import { objectsText } from './object-count.ts'

/** What a dialog is about, in a line. */
export function dialogTitle(dialog: Dialog): string {
  if (dialog.step === 'failures') return dialog.title
  const { question } = dialog
  if (dialog.step === 'run') return `${runningVerbOf(question)}…`
  const what = whatOf(question)
  return question.kind === 'delete' ? `Delete ${what}?` : `${verbOf(question)} ${what}`
}

/** `Copying`. */
export function runningVerbOf({ kind, isRename }: Question): string {
  if (isRename) return 'Renaming'
  return { copy: 'Copying', move: 'Moving', delete: 'Deleting' }[kind]
}

/** `copied`. */
export function doneVerbOf({ kind, isRename }: Pick<Question, 'kind' | 'isRename'>): string {
  if (isRename) return 'renamed'
  return { copy: 'copied', move: 'moved', delete: 'deleted' }[kind]
}

/** What the button says. */
export function verbOf({ kind, isRename }: Question): string {
  if (isRename) return 'Rename'
  return { copy: 'Copy', move: 'Move', delete: 'Delete' }[kind]
}

function whatOf({ kind, selection }: Question): string {
  const only = onlyOne(selection)
  if (only === '') return 'everything in the store'
  if (only !== undefined && selection.prefixes.length === 1) return `all of ${only}`
  // Where a copy comes from stands in the dialog; what is deleted is named in full.
  if (only !== undefined) return kind === 'delete' ? only : lastSegment(only)
  const { objects, prefixes } = selection
  return [
    ...(objects.length > 0 ? [objectsText(objects.length)] : []),
    ...(prefixes.length === 1 ? ['1 prefix'] : []),
    ...(prefixes.length > 1 ? [`${countText(prefixes.length)} prefixes`] : []),
  ].join(' and ')
}
