/** Copies, moves and deletes: asked for here, by whoever has a selection. */
import { act } from '../../../../web/actions.ts'
import { type Problem, problemOf, tellProblem } from '../../../../web/problem.ts'
import type { TransferProgress, TransferRequest, TransferResult } from '../../server/wire.ts'
import type { Selection } from '../selection.ts'
import { apart } from './destination.ts'
import { type Answer, openDialog, type Question, showDialog, type TransferKind } from './dialog.ts'
import { holdPage } from './leaving.ts'
import { noteUnderWay, tellOver } from './over.ts'
import { noteOwn } from './own-actions.ts'
import { stopTransfer, transfer } from './run.ts'
import { refusalOf, tellResult } from './results.tsx'
import { transferRequestText } from './transfer-code.ts'

export type { TransferKind } from './dialog.ts'
export { offerUndo } from './undo.ts'

/** What is over sooner changes no dialog under the person's eyes. */
const showRunMs = 250

/** Opens the dialog for a copy, a move or a delete. Nothing happens while another one is open. */
export function askTransfer(kind: TransferKind, selection: Selection): void {
  ask({ kind, isRename: false, selection: apart(selection) })
}

/** Opens the dialog that renames an object; for a prefix (with `/` at its end), all under it. */
export function askRename(path: string): void {
  const isPrefix = path.endsWith('/')
  const selection = isPrefix
    ? { objects: [], prefixes: [path] }
    : { objects: [{ key: path }], prefixes: [] }
  ask({ kind: 'move', isRename: true, selection })
}

let lastId = 0

function ask(asked: Omit<Question, 'id'>): void {
  const question = { ...asked, id: ++lastId }
  const { objects, prefixes } = question.selection
  if (openDialog() !== undefined || objects.length + prefixes.length === 0) return
  showDialog({ step: 'ask', question, isBusy: false, answer: undefined, problem: undefined })
}

/**
 * Does what a dialog asked about, and tells what came of it. It goes on while other screens are
 * shown; a page that is closed or reloaded stops it, which the browser asks about first. When the
 * one object cannot go to where it was to go, the question is asked again, with the answer.
 */
export async function answerWith(
  question: Question,
  request: TransferRequest,
  answer?: Answer,
): Promise<void> {
  const { signal } = new AbortController()
  const id = crypto.randomUUID()
  let action = ''
  const stop = (): void => void stopTransfer(id, action).catch(tellProblem)
  let progress: TransferProgress | undefined
  const show = (): void => showDialog({ step: 'run', question, progress, stop })
  const askAgain = (problem: Problem): void =>
    showDialog({ step: 'ask', question, isBusy: false, answer, problem })
  showDialog({ step: 'ask', question, isBusy: true, answer, problem: undefined })
  const timer = setTimeout(show, showRunMs)
  const end = noteUnderWay(request)
  const letGo = holdPage()
  noteOwn([id])
  const onProgress = (next: TransferProgress): void => {
    progress = next
    if (openDialog()?.step === 'run') show()
  }
  let result: TransferResult
  try {
    result = await act(transferRequestText(request), (begun) => {
      action = begun
      return transfer({ ...request, id }, { action, signal, onProgress })
    })
  } catch (error) {
    if (progress === undefined) {
      askAgain(problemOf(error))
    } else {
      showDialog(undefined)
      tellProblem(error)
    }
    return
  } finally {
    letGo()
    end()
    clearTimeout(timer)
  }
  const refusal = refusalOf(request, result)
  if (refusal === undefined) showDialog(undefined)
  else askAgain(refusal)
  tellOver({ request, result: { ...result, failedCount: result.failedCount + result.leftCount } })
  if (refusal === undefined) tellResult(question, request, result)
}
