import { Button, Group } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { Empty } from '../../../../web/empty.tsx'
import { ProblemNotice } from '../../../../web/problem-text.tsx'
import type { Problem } from '../../../../web/problem.ts'
import { DropZone } from '../transfer/drop-zone.tsx'
import { UploadMenu } from '../transfer/upload-menu.tsx'
import { List } from './list.tsx'
import type { Listed, Listing } from './listing.ts'
import classes from './list-pane.module.css'
import { StatusBar } from './status-bar.tsx'
import { measureUntilSeen, useListingTimings } from './timings.ts'
import type { Browsing } from './use-browsing.ts'
import { useKeyboardKept } from './use-keyboard-kept.ts'
import { useListed } from './use-listing.ts'

/** What is under the prefix, or why there is nothing to see. */
export function ListPane({
  browsing,
  onList,
}: {
  readonly browsing: Browsing
  /** Takes the keyboard to the list. */
  readonly onList: () => void
}): ReactNode {
  const { prefix, listing, filter } = browsing
  const place = useRef<HTMLDivElement>(null)
  const listed = useListed(listing)
  useListingTimings(listing, listed)
  const { arrangement } = listed
  useEffect(() => {
    const typedAt = arrangement.filter === filter.value() ? filter.takeTypedAt() : undefined
    if (typedAt === undefined) return
    measureUntilSeen('objects:filtered', typedAt, { filter: arrangement.filter })
  }, [arrangement, filter])
  const toList = useKeyboardKept(listed, place, onList)
  return (
    <>
      <DropZone prefix={prefix}>
        <div ref={place} className={classes['place']} tabIndex={-1}>
          <Content browsing={browsing} listed={listed} />
        </div>
      </DropZone>
      <StatusBar browsing={browsing} listed={listed} onList={toList} />
    </>
  )
}

function Content({
  browsing,
  listed,
}: {
  readonly browsing: Browsing
  readonly listed: Listed
}): ReactNode {
  const { prefix, listing } = browsing
  const { order, all, status, problem } = listed
  const failed = problem === undefined ? null : <Failed listing={listing} problem={problem} />
  if (order.length > 0) {
    return (
      <>
        {failed}
        <List key={prefix} browsing={browsing} listed={listed} />
      </>
    )
  }
  if (failed !== null) return failed
  if (status === 'loading') {
    return <p className={classes['late']}>Reading…</p>
  }
  return all.objects + all.prefixes > 0 ? (
    <NoMatch browsing={browsing} filter={listed.arrangement.filter} />
  ) : (
    <Nothing browsing={browsing} />
  )
}

function Failed({
  listing,
  problem,
}: {
  readonly listing: Listing
  readonly problem: Problem
}): ReactNode {
  return (
    <ProblemNotice problem={problem}>
      <Button mt="sm" size="compact-sm" variant="default" onClick={() => void listing.read()}>
        Read again
      </Button>
    </ProblemNotice>
  )
}

function NoMatch({
  browsing: { setFilter },
  filter,
}: {
  readonly browsing: Browsing
  readonly filter: string
}): ReactNode {
  return (
    <Empty title="No name holds this text">
      None of the names here has <b className="breakable">{filter}</b> in it. The filter looks at
      the names under this prefix only, not at what is deeper.
      <Group justify="center" mt="md">
        <Button variant="default" onClick={() => setFilter('')}>
          Clear the filter
        </Button>
      </Group>
    </Empty>
  )
}

function Nothing({ browsing: { prefix, create } }: { readonly browsing: Browsing }): ReactNode {
  return (
    <Empty title={prefix === '' ? 'Nothing is stored yet' : 'Nothing is stored here'}>
      {prefix === '' ? (
        'Objects appear here as soon as somebody writes them through this playground.'
      ) : (
        <>
          No object has a key that begins with <b className="breakable">{prefix}</b>. A prefix is
          there as long as something is stored under it.
        </>
      )}
      <Group justify="center" mt="md">
        <Button onClick={create}>New object</Button>
        <UploadMenu prefix={prefix} />
      </Group>
    </Empty>
  )
}
