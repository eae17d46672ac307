import { Box, Button } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { type ReactNode, type RefObject, useMemo, useRef } from 'react'
import { countText } from '../../../web/amounts.ts'
import { Empty } from '../../../web/empty.tsx'
import { Late } from '../../../web/late.tsx'
import { ProblemNotice } from '../../../web/problem-text.tsx'
import { problemOf } from '../../../web/problem.ts'
import { useView } from '../../../web/view.ts'
import { useDraft } from '../../../web/draft.ts'
import {
  type Feed,
  type FeedFilter,
  isGap,
  keptMax,
  matching,
  nameOf,
  type RunFeed,
  sequenceOf,
} from './feed.ts'
import { FeedBar } from './feed-bar.tsx'
import { FeedList } from './feed-list.tsx'
import classes from './feed-view.module.css'
import { type Marked, OperationDetail } from './operation-detail.tsx'
import screen from './screen.ts'
import { useFeed } from './use-feed.ts'

/** Every operation as it ends, newest first. */
export function FeedView(): ReactNode {
  const [view, setView] = useView(screen)
  const [text, setText] = useDraft<string>(view.key ?? '', (key) =>
    setView({ key: key === '' ? undefined : key }, { isReplaced: true }),
  )
  const [at, mark] = useDraft(view.at, (name) => setView({ at: name }, { isReplaced: true }))
  const live = useFeed()
  const { shown, error, retry } = live
  const { run } = shown
  const items = useItems(shown.feed, {
    operation: view.operation,
    isFailuresOnly: view.outcome === 'failures',
    text,
  })
  const { body, list, detail, close } = useClosing(at !== undefined, () => mark(undefined))
  return (
    <>
      <FeedBar live={live} text={text} onText={setText} />
      {error === null ? null : (
        <ProblemNotice problem={problemOf(error)}>
          <Button size="compact-sm" variant="default" mt="xs" onClick={retry}>
            Try again
          </Button>
        </ProblemNotice>
      )}
      <Box className={classes['body']} ref={body} tabIndex={-1}>
        {run === undefined || items.every(isGap) ? (
          <Box flex={1}>
            {run !== undefined ? (
              <NothingHere isFiltered={shown.feed.length > 0} />
            ) : (
              error === null && <Late>Reading the last operations…</Late>
            )}
          </Box>
        ) : (
          <FeedList
            items={items}
            chosen={at === undefined ? undefined : sequenceOf(at, run)}
            onChoose={(sequence) => mark(nameOf(run, sequence))}
            viewport={list}
          />
        )}
        {at === undefined ? null : (
          <OperationDetail
            marked={markedOf(shown, at, error !== null)}
            region={detail}
            onClose={close}
          />
        )}
      </Box>
    </>
  )
}

function useItems(feed: Feed, { operation, isFailuresOnly, text }: FeedFilter): Feed {
  return useMemo(
    () => matching(feed, { operation, isFailuresOnly, text }),
    [feed, operation, isFailuresOnly, text],
  )
}

/** What is known of the operation that an address names. */
function markedOf({ run, feed }: RunFeed, name: string, isFailed: boolean): Marked {
  if (run === undefined) return isFailed ? 'unread' : 'awaited'
  const sequence = sequenceOf(name, run)
  if (sequence === undefined) return 'of another run'
  const found = feed.find((item) => item.sequence === sequence)
  return found === undefined || isGap(found) ? 'gone' : found
}

type Place = RefObject<HTMLDivElement | null>

/** Closes the detail, by its button and by Escape. A focus in it goes back to the list. */
function useClosing(
  isOpen: boolean,
  onClose: () => void,
): { readonly body: Place; readonly list: Place; readonly detail: Place; close: () => void } {
  const body = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const detail = useRef<HTMLDivElement>(null)
  const close = (): void => {
    const isFocused = detail.current?.contains(document.activeElement) === true
    // Without rows there is no list.
    if (isFocused) (list.current ?? body.current)?.focus()
    onClose()
  }
  const onEscape = ({ target }: KeyboardEvent): void => {
    if (isOpen && !isInDialog(target)) close()
  }
  useHotkeys([['Escape', onEscape, { preventDefault: false }]])
  return { body, list, detail, close }
}

/** A dialog takes the key, and may be gone before the page hears of it. */
function isInDialog(target: EventTarget | null): boolean {
  const others = '[role="dialog"], [role="menu"], [role="listbox"]'
  return target instanceof Element && target.closest(others) !== null
}

function NothingHere({ isFiltered }: { readonly isFiltered: boolean }): ReactNode {
  if (isFiltered) {
    return (
      <Empty title="No operation fits">
        None of the last {countText(keptMax)} operations fits the filter. Clear it, or wait.
      </Empty>
    )
  }
  return (
    <Empty title="Nothing happened yet">
      Every operation of the storage appears here as it ends. Open something on the Objects screen,
      or make some traffic with the button above.
    </Empty>
  )
}
