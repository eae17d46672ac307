/** Whether files that are replaced can be brought back, told before they are. */
import { useQuery } from '@tanstack/react-query'
import type { UndoState } from '../../../server/wire.ts'
import { undoState } from '../run.ts'
import type { Upload } from './upload.ts'
import { filesText } from './progress-text.ts'

/** How much the server keeps for undo. */
export type UndoRoom = Pick<UndoState, 'bytesMax' | 'entriesMax'>

/** Undefined: not known yet. */
export function useUndoRoom(): UndoRoom | undefined {
  const { data } = useQuery({
    queryKey: ['objects', 'undo-room'],
    queryFn: async ({ signal }): Promise<UndoRoom> => {
      const { bytesMax, entriesMax } = await undoState(signal)
      return { bytesMax, entriesMax }
    },
  })
  return data
}

/** How many of the objects that are replaced, one after the other, can be brought back then. */
export function keptCount(
  replaced: readonly Pick<Upload, 'takenBytes'>[],
  { bytesMax, entriesMax }: UndoRoom,
): number {
  let count = 0
  let bytes = 0
  // Each is kept at the cost of the oldest; what is too large alone costs nothing.
  for (const { takenBytes = 0 } of replaced.toReversed()) {
    if (takenBytes > bytesMax) continue
    bytes += takenBytes
    if (bytes > bytesMax || count === entriesMax) break
    count += 1
  }
  return count
}

/** What a person should know before they are overwritten. */
export function overwritingText(replaced: readonly Upload[], room: UndoRoom | undefined): string {
  if (room === undefined) return ''
  const kept = keptCount(replaced, room)
  if (kept === replaced.length) return 'Overwriting can be undone right after it.'
  if (kept === 0) return 'Overwriting cannot be undone: they are too large to be kept.'
  return `Overwriting can be undone for the last ${filesText(kept)} only.`
}
