/**
 * What this tab did last, so that it can offer undo again after a reload. It outlives the page, and
 * no other tab sees it.
 *
 * Invariant: bounded. The last `keptMax` ids, of offers and of transfers that were begun.
 */
const place = 'undo'
const keptMax = 8

/** Notes an offer, or a transfer that begins: a reload may come before its offer does. */
export function noteOwn(id: string): void {
  const ids = [...ownActions().filter((each) => each !== id), id].slice(-keptMax)
  try {
    sessionStorage.setItem(place, JSON.stringify(ids))
  } catch {
    // A browser that keeps nothing for the page: the offer is lost with it.
  }
}

/** The last ids, the newest at the end. */
export function ownActions(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(place) ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}
