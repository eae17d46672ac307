/**
 * Undo, offered in a corner for ten seconds; the pointer or the focus on it stops the time. While
 * an offer is shown, Ctrl+Z or Cmd+Z takes the last one.
 */
import { Button, Group, Kbd, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { act, type ActionText } from '../../../../web/actions.ts'
import { countText } from '../../../../web/amounts.ts'
import { tellProblem } from '../../../../web/problem.ts'
import type {
  TransferProgress,
  TransferRequest,
  TransferResult,
  UndoOffer,
} from '../../server/wire.ts'
import { showFailures } from './dialog.ts'
import { notice } from './notice.ts'
import { failedText, objectsText } from './object-count.ts'
import { noteUnderWay, reversed, tellOver, undone } from './over.ts'
import { undo } from './run.ts'
import { undoText } from './transfer-code.ts'

const offerMs = 10_000
/** What is over sooner tells its end only. */
const showProgressMs = 300

export interface OfferOptions {
  /** The code that does the same. Default: what can be said of any action. */
  readonly text?: ActionText
  /** The transfer that is taken back: the view goes back with what it moved. */
  readonly request?: TransferRequest
  /** Called after the undo, with what came of it. */
  readonly onUndone?: (result: TransferResult) => void
}

/** Offers that are shown, the last one at the end. */
const offers = new Map<string, () => void>()

/** Shows what was done, with a button that takes it back. Null, for nothing to undo: nothing. */
export function offerUndo(offer: UndoOffer | null | undefined, options: OfferOptions = {}): void {
  if (offer === null || offer === undefined) return
  const { id, label } = offer
  const take = (): void => {
    offers.delete(id)
    notifications.hide(id)
    void takeBack(offer, options)
  }
  if (offers.size === 0) window.addEventListener('keydown', onKey)
  offers.set(id, take)
  notifications.show({
    id,
    ...notice,
    priority: 1,
    autoClose: offerMs,
    withAutoCloseProgress: true,
    message: <Offer label={label} onTake={take} />,
    onClose: () => {
      offers.delete(id)
      if (offers.size === 0) window.removeEventListener('keydown', onKey)
    },
  })
}

function Offer({ label, onTake }: { readonly label: string; readonly onTake: () => void }) {
  return (
    <Group gap="sm" wrap="nowrap" justify="space-between">
      <Text size="sm" className="breakable" lineClamp={3}>
        {label}.
      </Text>
      <Button
        size="compact-sm"
        variant="light"
        flex="none"
        aria-keyshortcuts="Control+Z Meta+Z"
        onClick={onTake}
        rightSection={
          <Kbd size="xs" visibleFrom="sm">
            {isMac ? '⌘Z' : 'Ctrl+Z'}
          </Kbd>
        }
      >
        Undo
      </Button>
    </Group>
  )
}

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

function onKey(event: KeyboardEvent): void {
  const { ctrlKey, metaKey, shiftKey, altKey, key, target } = event
  if (key.toLowerCase() !== 'z' || !(ctrlKey || metaKey) || shiftKey || altKey) return
  // There it takes back what was typed.
  const isTyping =
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
  const last = [...offers.values()].at(-1)
  if (isTyping || event.defaultPrevented || last === undefined) return
  event.preventDefault()
  last()
}

async function takeBack(
  { id, label }: UndoOffer,
  { text = undoText(label), request, onUndone }: OfferOptions,
): Promise<void> {
  const noticeId = `undoing ${id}`
  const tell = (text: string): void => {
    const message = <Text size="sm">{text}</Text>
    const shown = { ...notice, id: noticeId, loading: true, autoClose: false, message }
    // The first does nothing when it is shown already; then it is what it says that changes.
    notifications.show(shown)
    notifications.update(shown)
  }
  let isSlow = false
  const timer = setTimeout(() => {
    isSlow = true
    tell('Undoing…')
  }, showProgressMs)
  const onProgress = ({ done, total }: TransferProgress): void => {
    if (isSlow) tell(`Undoing: ${countText(done)} of ${objectsText(total)}`)
  }
  const { signal } = new AbortController()
  const back = request === undefined ? undefined : reversed(request)
  const end = back === undefined ? undefined : noteUnderWay(back)
  try {
    const result = await act(text, (action) => undo(id, { action, signal, onProgress }))
    tellOver(undone(request, result))
    onUndone?.(result)
    tellUndone(result)
  } catch (error) {
    tellProblem(error)
  } finally {
    end?.()
    clearTimeout(timer)
    notifications.hide(noticeId)
  }
}

/** Somebody wrote or deleted it since: undo touches only what is as the action left it. */
const overtaken: ReadonlySet<string> = new Set([
  'PRECONDITION_FAILED',
  'ALREADY_EXISTS',
  'NOT_FOUND',
  'CONFLICT',
])

function tellUndone(result: TransferResult): void {
  const { done, failedCount } = result
  if (failedCount > 0) {
    const failed = result.failed.map(({ key, problem }) => {
      const fix = 'Somebody changed it since: it is left as it is.'
      return { key, problem: overtaken.has(problem.code) ? { ...problem, fix } : problem }
    })
    const title = `${failedText(result)} could not be taken back`
    // What the store could not do just now is offered again.
    return showFailures({ title, failed, failedCount, onClose: () => offerUndo(result.undo) })
  }
  notifications.show({
    ...notice,
    message: (
      <Text size="sm">
        Undone: {objectsText(done)} {done === 1 ? 'is as it was' : 'are as they were'}.
      </Text>
    ),
  })
}
