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
 */
export function useBlocks({ key, etag, size }: Version): {
  readonly store: BlockStore
  /** The next read begins an action of its own. */
  readonly beginAction: () => void
} {
  const action = useRef<string>(undefined)
  const store = useMemo(() => {
    const version = { key, etag, size }
    return new BlockStore(size, (offset, length, signal) => {
      if (action.current !== undefined) {
        return readPiece(version, offset, length, { action: action.current, signal })
      }
      return act(readRangeText(key, offset, length), (id) => {
        action.current = id
        return readPiece(version, offset, length, { action: id, signal })
      })
    })
  }, [key, etag, size])
  useSyncExternalStore(store.watch, store.version)
  useEffect(() => () => store.stop(), [store])
  return {
    store,
    beginAction: () => {
      action.current = undefined
    },
  }
}
