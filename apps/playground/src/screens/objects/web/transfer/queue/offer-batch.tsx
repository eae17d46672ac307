/** Undo of uploads that were chosen together, offered as one when all are over. */
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { countText } from '../../../../../web/amounts.ts'
import { notice } from '../notice.ts'
import { undoState } from '../run.ts'
import { offerUndoOf } from '../undo.ts'
import type { Written } from './batch.ts'
import { filesText } from './progress-text.ts'

const noticeMs = 6000

/** Offers it, for as many as can be undone; or says that none can. Never rejects. */
export async function offerBatch({ count, offers, refusal }: Written): Promise<void> {
  const known = count > 1 ? await knownIds() : undefined
  // The first of many made room for the last.
  const left = offers.filter(({ id }) => known === undefined || known.has(id))
  const label = count === 1 ? left[0]?.label : `Uploaded ${filesText(count)}`
  if (label !== undefined && left.length > 0) {
    const part = `${label}, of which ${countText(left.length)} can be undone`
    return offerUndoOf({ label: left.length === count ? label : part, offers: left })
  }
  if (refusal === undefined) return
  notifications.show({
    ...notice,
    autoClose: noticeMs,
    message: (
      <>
        <Text size="sm">Uploaded {filesText(count)}.</Text>
        <Text size="sm" c="dimmed">
          It cannot be undone. {refusal}
        </Text>
      </>
    ),
  })
}

/** What the server can undo now; undefined without an answer. */
async function knownIds(): Promise<ReadonlySet<string> | undefined> {
  const state = await undoState().catch(() => undefined)
  return state && new Set(state.offers.map(({ id }) => id))
}
