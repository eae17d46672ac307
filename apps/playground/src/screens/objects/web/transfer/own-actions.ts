/**
 * What this tab did last, so that it can offer undo again after a reload. It outlives the page, and
 * no other tab sees it.
 */
import { array, object, optional, parse, string } from 'valibot'

const place = 'undo'

/** `ids` of offers, or of a transfer that was begun; `label` where they are taken back together. */
const ownAction = object({ ids: array(string()), label: optional(string()) })

interface OwnAction {
  readonly ids: readonly string[]
  readonly label?: string | undefined
}

/** Notes offers, or a transfer that begins: a reload may come before its offer does. */
export function noteOwn(ids: readonly string[], label?: string): void {
  try {
    sessionStorage.setItem(place, JSON.stringify({ ids, label }))
  } catch {
    // A browser that keeps nothing for the page: the offer is lost with it.
  }
}

/** The last; undefined when nothing was done. */
export function lastOwn(): OwnAction | undefined {
  try {
    return parse(ownAction, JSON.parse(sessionStorage.getItem(place) ?? ''))
  } catch {
    return undefined
  }
}
