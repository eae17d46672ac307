import { Button, CloseButton, Text, VisuallyHidden } from '@mantine/core'
import { IconCopy, IconFolderSymlink, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react'
import { bytesText, countText } from '../../../../web/amounts.ts'
import { askChosen } from './ask-chosen.ts'
import { rowsMax } from './entries.ts'
import type { Listed } from './listing.ts'
import classes from './status-bar.module.css'
import type { Totals } from './totals.ts'
import type { Browsing } from './use-browsing.ts'
import { isKeyboardLost } from './use-keyboard-kept.ts'

/** How much is listed; or, when rows are chosen, what can be done with them. */
export function StatusBar({
  browsing,
  listed,
  onList,
}: {
  readonly browsing: Browsing
  readonly listed: Listed
  /** Takes the keyboard to the list. */
  readonly onList: () => void
}): ReactNode {
  const { chosen } = browsing
  useSyncExternalStore(chosen.subscribe, chosen.version)
  const isAny = chosen.size > 0
  const wasAny = useRef(isAny)
  useEffect(() => {
    // The button that was used went with what was selected.
    if (wasAny.current && !isAny && isKeyboardLost()) onList()
    wasAny.current = isAny
  }, [isAny, onList])
  return (
    <div className={classes['bar']}>
      {isAny ? (
        <SelectionBar browsing={browsing} listed={listed} onList={onList} />
      ) : (
        <Counts listed={listed} />
      )}
    </div>
  )
}

function SelectionBar({
  browsing: { chosen },
  listed,
  onList,
}: {
  readonly browsing: Browsing
  readonly listed: Listed
  readonly onList: () => void
}): ReactNode {
  const hidden = chosen.hiddenIn(listed)
  return (
    <div role="group" aria-label="What is selected" className={classes['selection']}>
      <Text size="sm" fw={600} className={classes['chosen']} role="status">
        {countText(chosen.size)} selected
        {hidden === 0 ? null : `, ${countText(hidden)} not shown`}
      </Text>
      <Button.Group>
        <Action label="Copy" Icon={IconCopy} onClick={() => askChosen('copy', chosen, listed)} />
        <Action
          label="Move"
          Icon={IconFolderSymlink}
          onClick={() => askChosen('move', chosen, listed)}
        />
        <Action
          label="Delete"
          Icon={IconTrash}
          onClick={() => askChosen('delete', chosen, listed)}
        />
      </Button.Group>
      <CloseButton
        aria-label="Clear the selection"
        onClick={() => {
          chosen.clear()
          onList()
        }}
      />
    </div>
  )
}

function Action({
  label,
  Icon,
  onClick,
}: {
  readonly label: string
  readonly Icon: typeof IconCopy
  readonly onClick: () => void
}): ReactNode {
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<Icon size={14} aria-hidden />}
      classNames={{ section: classes['icon']! }}
      onClick={onClick}
    >
      {label}
    </Button>
  )
}

function Counts({ listed }: { readonly listed: Listed }): ReactNode {
  const { all, shown, status, isTruncated, arrangement } = listed
  if (status === 'failed' && all.objects + all.prefixes === 0) return null
  const isFiltered = arrangement.filter !== ''
  const text = isFiltered ? `Shown: ${totalsText(shown)}. All: ${totalsText(all)}` : totalsText(all)
  return (
    <>
      <Text size="sm" className={`${classes['counts']} tabular`}>
        {text}
        {status === 'loading' ? <span className={classes['late']}>, reading on…</span> : null}
      </Text>
      <VisuallyHidden role="status">{status === 'ready' ? text : ''}</VisuallyHidden>
      {isTruncated ? (
        <Text size="sm" className={classes['note']}>
          Only the first {countText(rowsMax)} are shown. Go deeper by prefix to see others.
        </Text>
      ) : null}
    </>
  )
}

/** `1,204 objects, 3 prefixes, 48 MiB` */
function totalsText({ objects, prefixes, bytes }: Totals): string {
  const parts = [
    objects === 0 && prefixes > 0
      ? ''
      : `${countText(objects)} ${objects === 1 ? 'object' : 'objects'}`,
    prefixes === 0 ? '' : `${countText(prefixes)} ${prefixes === 1 ? 'prefix' : 'prefixes'}`,
    objects === 0 ? '' : bytesText(bytes),
  ]
  return parts.filter((part) => part !== '').join(', ')
}
