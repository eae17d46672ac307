import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { act } from '../../../../../web/actions.ts'
import { readRangeText } from '../../code.ts'
import { readPiece, type Version } from '../bytes.ts'
import { BlockStore } from './block-store.ts'

/**
 * The blocks of a version, read as they are seen.
 *
 * Going to a place is an action; what is read while one scrolls from there belongs to it, so that
 * scrolling does not bury what else the person did.
 *
 * @param within The action that all of it belongs to, if there is one.
 */
export function useBlocks(
  { key, etag, size, version }: Version,
  within: string | undefined,
): {
  readonly store: BlockStore
  /** The next read begins an action of its own. */
  readonly beginAction: () => void
} {
  const action = useRef(within)
  const store = useMemo(() => {
    const read = { key, etag, size, version }
    return new BlockStore(size, (offset, length, signal) => {
      if (action.current !== undefined) {
        return readPiece(read, offset, length, { action: action.current, signal })
      }
      return act(readRangeText(key, offset, length), (id) => {
        action.current = id
        return readPiece(read, offset, length, { action: id, signal })
      })
    })
  }, [key, etag, size, version])
  useSyncExternalStore(store.watch, store.version)
  useEffect(() => () => store.stop(), [store])
  return {
    store,
    beginAction: () => {
      action.current = within
    },
  }
}
