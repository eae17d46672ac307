import { countText } from '../../../../web/amounts.ts'
import type { TransferResult } from '../../server/wire.ts'

/** `3 objects`, `1 object`. */
export function objectsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'object' : 'objects'}`
}

/** `The object`, `3 of 10 objects`. */
export function failedText({
  done,
  failedCount,
}: Pick<TransferResult, 'done' | 'failedCount'>): string {
  const total = done + failedCount
  return total === 1 ? 'The object' : `${countText(failedCount)} of ${objectsText(total)}`
}
