/** Taking actions back, with what comes of it told in a corner. */
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { act, type ActionText } from '../../../../web/actions.ts'
import { countText } from '../../../../web/amounts.ts'
import { tellProblem } from '../../../../web/problem.ts'
import type {
  TransferFailure,
  TransferProgress,
  TransferRequest,
  UndoOffer,
} from '../../server/wire.ts'
import { showFailures } from './dialog.ts'
import { holdPage } from './leaving.ts'
import { notice } from './notice.ts'
import { failedText, objectsText } from './object-count.ts'
import { noteUnderWay, reversed, tellOver, undone } from './over.ts'
import { undo, undoAll, type Undone } from './run.ts'
import { undoText } from './transfer-code.ts'

/** What is over sooner tells its end only. */
const showProgressMs = 300

/** Actions that are taken back together. */
export interface Undoing {
  readonly label: string
  /** In the order in which they were done. */
  readonly offers: readonly UndoOffer[]
}

export interface UndoOptions {
  /** The code that does the same. Default: what can be said of any action. */
  readonly text?: ActionText | undefined
  /** The transfer that is taken back: the view goes back with what it moved. */
  readonly request?: TransferRequest | undefined
  /** Called after the undo, with what came of it. */
  readonly onUndone?: ((result: Undone) => void) | undefined
  /** Called with what the store could not do just now, once the person knows. */
  readonly onAgain: (offers: readonly UndoOffer[]) => void
}

/** Takes back, and tells what came of it. Never rejects. */
export async function takeBack(
  { label, offers }: Undoing,
  { text = undoText(label), request, onUndone, onAgain }: UndoOptions,
): Promise<void> {
  const { onProgress, close } = showProgress(`undoing ${offers[0]?.id}`)
  const { signal } = new AbortController()
  const back = request === undefined ? undefined : reversed(request)
  const end = back === undefined ? undefined : noteUnderWay(back)
  const letGo = holdPage()
  try {
    const [first, ...others] = offers
    const result = await act(text, (action) => {
      const run = { action, signal, onProgress }
      return first !== undefined && others.length === 0 ? undo(first, run) : undoAll(offers, run)
    })
    tellOver(undone(request, result))
    onUndone?.(result)
    tellUndone(result, request, onAgain)
  } catch (error) {
    tellProblem(error)
  } finally {
    letGo()
    end?.()
    close()
  }
}

/** Progress in the corner, of what takes its time. */
function showProgress(id: string): {
  onProgress: (progress: TransferProgress) => void
  close: () => void
} {
  const tell = (text: string): void => {
    const message = <Text size="sm">{text}</Text>
    const shown = { ...notice, id, loading: true, autoClose: false, message }
    // The first does nothing when it is shown already; then it is what it says that changes.
    notifications.show(shown)
    notifications.update(shown)
  }
  let isSlow = false
  const timer = setTimeout(() => {
    isSlow = true
    tell('Undoing…')
  }, showProgressMs)
  return {
    onProgress: ({ done, total }) => {
      if (isSlow) tell(`Undoing: ${countText(done)} of ${objectsText(total)}`)
    },
    close: () => {
      clearTimeout(timer)
      notifications.hide(id)
    },
  }
}

/** Somebody wrote or deleted it since: undo touches only what is as the action left it. */
const overtaken: ReadonlySet<string> = new Set([
  'PRECONDITION_FAILED',
  'ALREADY_EXISTS',
  'NOT_FOUND',
  'CONFLICT',
])

function tellUndone(
  result: Undone,
  request: TransferRequest | undefined,
  onAgain: UndoOptions['onAgain'],
): void {
  const { failedCount, again } = result
  if (failedCount > 0) {
    const title = `${failedText(result)} could not be taken back`
    const failed = result.failed.map(withReason)
    return showFailures({ title, failed, failedCount, onClose: () => onAgain(again) })
  }
  notifications.show({
    ...notice,
    message: <Text size="sm">{undoneText(result.done, request)}</Text>,
  })
}

/** What is back has the content that it had, but is a version of its own, with its own time. */
function undoneText(done: number, request: TransferRequest | undefined): string {
  const { kind, isOverwrite } = request ?? {}
  const isOne = done === 1
  if (kind === 'delete' || kind === 'move') {
    const back = isOne ? 'is back, as a new version' : 'are back, as new versions'
    return `Undone: ${objectsText(done)} ${back}.`
  }
  if (kind === 'copy' && isOverwrite !== true) {
    return `Undone: ${isOne ? '1 copy is' : `${countText(done)} copies are`} gone again.`
  }
  const before = isOne ? 'is as it was' : 'are as they were'
  return `Undone: ${objectsText(done)} ${before}. What is back is a new version.`
}

function withReason({ key, problem }: TransferFailure): TransferFailure {
  const fix = 'Somebody changed it since: it is left as it is.'
  // Of no object: the server does not keep the action any more.
  const isOvertaken = problem.key !== undefined && overtaken.has(problem.code)
  return { key, problem: isOvertaken ? { ...problem, fix } : problem }
}
