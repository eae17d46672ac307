/** Where the shared stores are: for the header, and for code that is ready to paste. */
import { useSyncExternalStore } from 'react'
import type { StorePlace } from '../server/place.ts'

let place: StorePlace = { storageType: 'file', basePath: './data' }
const watchers = new Set<() => void>()

export function storePlace(): StorePlace {
  return place
}

/** As {@link storePlace}, followed. */
export function useStorePlace(): StorePlace {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }, storePlace)
}

/** False where the server holds no conditions: a program that sets one is refused. */
export function holdsConditions(): boolean {
  return place.storageType !== 's3' || place.isConditional
}

/** Set before anything is shown, and when the server was started anew, on another store maybe. */
export function setStorePlace(next: StorePlace): void {
  place = next
  for (const watcher of watchers) watcher()
}
