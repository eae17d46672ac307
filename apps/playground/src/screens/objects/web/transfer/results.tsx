/** What came of a transfer, told in a corner; failures in a dialog. */
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { countText } from '../../../../web/amounts.ts'
import type { Problem } from '../../../../web/problem.ts'
import type { TransferRequest, TransferResult } from '../../server/wire.ts'
import { type Question, showFailures } from './dialog.ts'
import { doneVerbOf } from './dialog-title.ts'
import { notice } from './notice.ts'
import { failedText, objectsText } from './object-count.ts'
import { undoText } from './transfer-code.ts'
import { offerUndo } from './undo.ts'

type Asked = Pick<Question, 'kind' | 'isRename'>

/** Instead of what a person who writes code is told. */
const fixes: Readonly<Partial<Record<string, string>>> = {
  PRECONDITION_FAILED: 'It is left as it is. Look at what is there now, then repeat.',
  ALREADY_EXISTS: 'Both are left as they are. Choose another place, or overwrite what exists.',
}
/** What a person mends by another destination. */
const ofDestination: ReadonlySet<string> = new Set(['ALREADY_EXISTS', 'INVALID_KEY'])

/** Why the one object could not go to where it was to go; nothing was changed then. */
export function refusalOf(request: TransferRequest, result: TransferResult): Problem | undefined {
  const { kind, items, prefixes } = request
  const [failure] = result.failed
  const isOne = kind !== 'delete' && items.length === 1 && prefixes.length === 0
  if (!isOne || failure === undefined || result.undo !== null) return undefined
  return ofDestination.has(failure.problem.code) ? failure.problem : undefined
}

/** Offers undo, or says why there is none; shows failures first. */
export function tellResult(asked: Asked, request: TransferRequest, result: TransferResult): void {
  const { failedCount, done } = result
  const verb = doneVerbOf(asked)
  if (failedCount === 0) return tellDone(asked, request, result)
  const failed = result.failed.map(({ key, problem }) => {
    return { key, problem: { ...problem, fix: fixes[problem.code] ?? problem.fix } }
  })
  showFailures({
    ...{ failed, failedCount },
    title: `${failedText(result)} could not be ${verb}`,
    onClose: () => (done === 0 ? undefined : tellDone(asked, request, result)),
  })
}

function tellDone(asked: Asked, request: TransferRequest, result: TransferResult): void {
  const verb = doneVerbOf(asked)
  const { done, leftCount, undo, undoRefusal } = result
  const total = done + result.failedCount + leftCount
  const stopped = leftCount === 0 ? '' : `Stopped: ${countText(done)} of ${objectsText(total)}`
  if (undo !== null) {
    const whole = asked.isRename ? undo.label.replace(/^Moved /, 'Renamed ') : undo.label
    const label = stopped === '' ? whole : `${stopped} ${verb}`
    return offerUndo({ ...undo, label }, { text: undoText(undo.label, request), request })
  }
  notifications.show({
    ...notice,
    autoClose: 6000,
    message: (
      <>
        <Text size="sm">
          {stopped || objectsText(done)} {verb}.
        </Text>
        {undoRefusal === undefined ? null : (
          <Text size="sm" c="dimmed">
            It cannot be undone. {undoRefusal}
          </Text>
        )}
      </>
    ),
  })
}
