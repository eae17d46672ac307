/** What came of a transfer, told in a corner; failures in a dialog. */
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { countText } from '../../../../web/amounts.ts'
import type { TransferRequest, TransferResult } from '../../server/wire.ts'
import { showFailures } from './dialog.ts'
import { notice } from './notice.ts'
import { failedText, objectsText } from './object-count.ts'
import { undoText } from './transfer-code.ts'
import { offerUndo } from './undo.ts'

const verbs = { copy: 'copied', move: 'moved', delete: 'deleted' } as const

/** Instead of what a person who edits is told. */
const overtakenFix = 'It is left as it is. Look at what is there now, then repeat.'

/** Offers undo, or says why there is none; shows failures first. */
export function tellResult(request: TransferRequest, result: TransferResult): void {
  const { failedCount, done } = result
  const verb = verbs[request.kind]
  if (failedCount === 0) return tellDone(request, result)
  const failed = result.failed.map(({ key, problem }) => {
    const isOvertaken = problem.code === 'PRECONDITION_FAILED'
    return { key, problem: isOvertaken ? { ...problem, fix: overtakenFix } : problem }
  })
  showFailures({
    ...{ failed, failedCount },
    title: `${failedText(result)} could not be ${verb}`,
    onClose: () => (done === 0 ? undefined : tellDone(request, result)),
  })
}

function tellDone(request: TransferRequest, result: TransferResult): void {
  const { done, leftCount, undo, undoRefusal } = result
  const total = done + result.failedCount + leftCount
  const stopped = leftCount === 0 ? '' : `Stopped: ${countText(done)} of ${objectsText(total)}`
  if (undo !== null) {
    const label = stopped === '' ? undo.label : `${stopped} ${verbs[request.kind]}`
    return offerUndo({ ...undo, label }, { text: undoText(undo.label, request), request })
  }
  notifications.show({
    ...notice,
    autoClose: 6000,
    message: (
      <>
        <Text size="sm">
          {stopped || objectsText(done)} {verbs[request.kind]}.
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
