import { Alert, Button, Text, VisuallyHidden } from '@mantine/core'
import { IconPencilPlus } from '@tabler/icons-react'
import { type ReactNode, useRef, useState } from 'react'
import { countText } from '../../../../../web/amounts.ts'
import { Empty } from '../../../../../web/empty.tsx'
import { Late } from '../../../../../web/late.tsx'
import classes from '../extras/extras.module.css'
import { ViewProblem } from '../view-problem.tsx'
import { HistoryItem } from './history-item.tsx'
import { PruneForm } from './prune-form.tsx'
import { listedMax, listedStep, useListedHistory } from './use-history.ts'

/** All versions of a value, the newest first, and what can be done with them. */
export function HistoryList({
  objectKey,
  onLook,
  onCompare,
  onNew,
}: {
  readonly objectKey: string
  readonly onLook: (version: number) => void
  readonly onCompare: (version: number, against: number) => void
  /** Begins a new version with this one. */
  readonly onNew: (from: number) => void
}): ReactNode {
  const [limit, setLimit] = useState(listedStep)
  const { data, error, refetch } = useListedHistory(objectKey, limit)
  /** For those who do not see the list. */
  const [told, tell] = useState('')
  const list = useRef<HTMLUListElement>(null)
  if (error !== null) return <ViewProblem error={error} onRetry={refetch} />
  if (data === undefined) return <Late>Asking for the versions…</Late>
  if (data === null) {
    return <Empty title="No versions any more">Somebody removed the value with all of them.</Empty>
  }
  const { key, current, versions, isTruncated } = data
  const isDangling = !isTruncated && !versions.some(({ isCurrent }) => isCurrent)
  const done = (message: string): void => {
    tell(message)
    // The button goes, and with it the keyboard.
    list.current?.focus()
    refetch()
  }
  return (
    <>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      {isDangling ? (
        <Alert color="orange" title={`Version ${current} is not there`} role="alert" mb="sm">
          It is the current one, and somebody deleted its object. Make another one current.
        </Alert>
      ) : null}
      <div className={classes['bar']}>
        <Text size="sm" className={`tabular ${classes['grow']}`}>
          {isTruncated ? `The newest ${countText(versions.length)}` : countText(versions.length)}
          {versions.length === 1 ? ' version' : ' versions'}; version {current} is current.
        </Text>
        <Button
          size="compact-sm"
          leftSection={<IconPencilPlus size={14} />}
          disabled={isDangling}
          onClick={() => onNew(current)}
        >
          New version
        </Button>
      </div>
      <ul
        ref={list}
        tabIndex={-1}
        className={classes['versions']}
        aria-label="Versions, the newest first"
      >
        {versions.map((version) => (
          <HistoryItem
            key={version.version}
            valueKey={key}
            version={version}
            current={current}
            other={otherOf(versions, version.version, current)}
            onLook={() => onLook(version.version)}
            onCompare={onCompare}
            onNew={() => onNew(version.version)}
            onMoved={() => done(`Version ${version.version} is current.`)}
          />
        ))}
      </ul>
      {isTruncated && versions.length < listedMax ? (
        <Button
          size="compact-sm"
          variant="default"
          mt="sm"
          onClick={() => setLimit(Math.min(listedMax, limit + listedStep))}
        >
          Show older ones
        </Button>
      ) : null}
      {isTruncated && versions.length >= listedMax ? (
        <Text size="sm" c="dimmed" mt="sm">
          There are older ones; these are the newest {countText(versions.length)}.
        </Text>
      ) : null}
      {versions.length > 1 ? <PruneForm valueKey={key} onPruned={done} /> : null}
    </>
  )
}

/** What one is compared with: the current one; that one with the one before it. */
function otherOf(
  versions: readonly { readonly version: number }[],
  version: number,
  current: number,
): number | undefined {
  if (version !== current) return current
  const below = versions.find((each) => each.version < version) ?? versions[0]
  return below?.version === version ? undefined : below?.version
}
