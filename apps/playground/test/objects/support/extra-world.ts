/** A world whose objects are in an {@link ExtraBackend}; all else is on files. */
import { StorageManager } from '@aos-storage/core'
import { changeFeed } from '../../../src/server/changes.ts'
import { shownExtras } from '../../../src/server/extras.ts'
import type { World } from '../../../src/server/world.ts'
import { ExtraBackend } from './extra-backend.ts'

export interface ExtraWorld {
  readonly world: World
  readonly backend: ExtraBackend
}

export function extraWorld(opened: World): ExtraWorld {
  const backend = new ExtraBackend()
  const layers = [changeFeed(opened.live)]
  const storage = new StorageManager(backend, { layers, diagnostics: { keys: true } })
  const place = { ...opened.place, extras: shownExtras(storage.backend) }
  return { backend, world: { ...opened, storage, place, files: undefined } }
}
