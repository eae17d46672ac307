import { Button, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { actWithin } from '../../../../../web/actions.ts'
import { bytesText } from '../../../../../web/amounts.ts'
import { Empty } from '../../../../../web/empty.tsx'
import { Late } from '../../../../../web/late.tsx'
import { readRangeText } from '../../code.ts'
import { pieceBytesMax, readPiece } from '../bytes.ts'
import classes from '../detail.module.css'
import type { ViewProps } from '../object-views.tsx'
import { useSteady } from '../use-steady.ts'
import { ViewProblem } from '../view-problem.tsx'
import { decodeText } from './decode-text.ts'
import { TextLines } from './text-lines.tsx'

/** Read when the view opens. */
const firstBytes = 256 * 1024
/** More is not shown as text. */
const shownBytesMax = 4 * 1024 ** 2

/** The content as text, its beginning first, more when asked for. */
export function TextView({ details, onStale, action: within }: ViewProps): ReactNode {
  const { key, etag, size } = details
  const query = useInfiniteQuery({
    queryKey: ['objects', 'pieces', key, etag],
    initialPageParam: 0,
    queryFn: ({ pageParam: offset, signal }) => {
      const length = Math.min(offset === 0 ? firstBytes : pieceBytesMax, shownBytesMax - offset)
      const text = readRangeText(key, offset, Math.min(length, size - offset))
      return actWithin(within, text, (action) =>
        readPiece(details, offset, length, { action, signal }),
      )
    },
    getNextPageParam: (_last, pages) => byteCount(pages),
    enabled: size > 0,
    gcTime: 0,
    structuralSharing: false,
  })
  const { data, error } = useSteady(query, onStale)
  const pages = data?.pages
  const read = pages === undefined ? 0 : byteCount(pages)
  const decoded = useMemo(
    () => (pages === undefined ? undefined : decodeText(joined(pages), byteCount(pages) === size)),
    [pages, size],
  )
  if (size === 0) return <Empty title="It is empty">The object has no bytes.</Empty>
  if (error !== null) {
    return <ViewProblem error={error} onRetry={() => void query.refetch()} />
  }
  if (decoded === undefined) return <Late>Reading the text…</Late>
  const isPart = read < size
  return (
    <>
      <Notes isUtf8={decoded.isUtf8} hasBom={decoded.hasBom} />
      <TextLines text={decoded.text} label="The content as text" />
      {isPart ? (
        <div className={classes['line']}>
          <Text size="sm" className={classes['grow']} role="status">
            The first {bytesText(read)} of {bytesText(size)} are shown.
            {read < shownBytesMax ? '' : ' Look at the rest in the hex view, or download it.'}
          </Text>
          {read < shownBytesMax ? (
            <Button
              size="compact-sm"
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Read more
            </Button>
          ) : null}
        </div>
      ) : null}
    </>
  )
}

function Notes({
  isUtf8,
  hasBom,
}: {
  readonly isUtf8: boolean
  readonly hasBom: boolean
}): ReactNode {
  if (isUtf8 && !hasBom) return null
  return (
    <div className={classes['line']} data-place="above">
      <Text size="sm">
        {isUtf8 ? '' : 'This is not UTF-8: bytes that are no character are shown as \uFFFD. '}
        {hasBom ? 'It begins with a byte order mark.' : ''}
      </Text>
    </div>
  )
}

function byteCount(pages: readonly Uint8Array[]): number {
  return pages.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function joined(pages: readonly Uint8Array[]): Uint8Array {
  const [first] = pages
  if (pages.length === 1) return first!
  const bytes = new Uint8Array(byteCount(pages))
  let offset = 0
  for (const page of pages) {
    bytes.set(page, offset)
    offset += page.byteLength
  }
  return bytes
}
