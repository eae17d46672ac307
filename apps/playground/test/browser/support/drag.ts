/**
 * Files and folders that a person drags into the page, over DevTools' own drag events: the page
 * gets real files of any size, and folders as entries to walk through. `locator.drop()` of
 * Playwright has neither: it carries the bytes through the page's memory.
 */
import type { Locator } from 'playwright-core'

/** What is held over an element. */
export interface Drag {
  drop(): Promise<void>
  /** Moves out of the window without dropping. */
  leave(): Promise<void>
}

interface Place {
  readonly x: number
  readonly y: number
}

const outside: Place = { x: -5, y: -5 }

/** Drags over the middle of the element, and holds there. */
export async function dragOver(target: Locator, paths: readonly string[]): Promise<Drag> {
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (box === null) throw new Error('Nothing can be dragged onto an element that is not shown.')
  const devtools = await target.page().context().newCDPSession(target.page())
  const inside = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const copy = 1
  const data = { items: [], files: [...paths], dragOperationsMask: copy }
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop', place: Place): Promise<void> => {
    await devtools.send('Input.dispatchDragEvent', { type, ...place, data })
  }
  const end = async (type: 'dragOver' | 'drop', place: Place): Promise<void> => {
    await send(type, place)
    await devtools.detach()
  }
  await send('dragEnter', inside)
  await send('dragOver', inside)
  // `dragCancel` would tell the page nothing: it takes the files to be there still.
  return { drop: () => end('drop', inside), leave: () => end('dragOver', outside) }
}

/** Drops files and folders onto the element. */
export async function dropOnto(target: Locator, paths: readonly string[]): Promise<void> {
  const drag = await dragOver(target, paths)
  await drag.drop()
}
