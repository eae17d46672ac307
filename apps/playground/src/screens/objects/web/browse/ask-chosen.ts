/** Asks what is to be done with what is chosen. */
import type { TransferKind } from '../transfer/dialog.ts'
import { itemsMax } from '../transfer/forecast.ts'
import { askTransfer } from '../transfer/transfers.ts'
import type { Chosen } from './chosen.ts'
import type { Listed } from './listing.ts'

/**
 * Opens the dialog. Of more objects than go by name in one request, all that there are go as their
 * prefix: the dialog says so, for then what is new there goes along.
 */
export function askChosen(kind: TransferKind, chosen: Chosen, listed: Listed): void {
  const { prefix } = listed.columns
  // All of the store has no place to go to but itself.
  const canBePrefix = kind === 'delete' || prefix.endsWith('/')
  const isMuch = chosen.size > itemsMax && chosen.isAllOf(listed)
  const selection =
    isMuch && canBePrefix ? { objects: [], prefixes: [prefix] } : chosen.selection(listed)
  askTransfer(kind, selection)
}
