import { Badge, Button, Group, Text, VisuallyHidden } from '@mantine/core'
import {
  IconArrowBackUp,
  IconDownload,
  IconEye,
  IconGitCompare,
  IconTrash,
} from '@tabler/icons-react'
import { type ReactNode, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { act } from '../../../../../web/actions.ts'
import { bytesText } from '../../../../../web/amounts.ts'
import { Empty } from '../../../../../web/empty.tsx'
import { Late } from '../../../../../web/late.tsx'
import type { VersionRow } from '../../../server/wire.ts'
import { ViewProblem } from '../view-problem.tsx'
import { DeleteQuestion } from './delete-question.tsx'
import { downloadVersionText } from './extra-code.ts'
import classes from './extras.module.css'
import { versionMoment } from './moment.ts'
import { deleteVersion, restoreVersion, useVersions, versionHref } from './use-versions.ts'

/** All versions, the newest first, and what can be done with each. */
export function VersionList({
  objectKey,
  onLook,
  onCompare,
  onRestored,
}: {
  readonly objectKey: string
  readonly onLook: (id: string) => void
  readonly onCompare: (id: string, current: string) => void
  readonly onRestored: () => void
}): ReactNode {
  const { data, error, refetch } = useVersions(objectKey)
  /** For those who do not see the list. */
  const [told, tell] = useState('')
  const list = useRef<HTMLUListElement>(null)
  if (error !== null) return <ViewProblem error={error} onRetry={refetch} />
  if (data === undefined) return <Late>Asking for the versions…</Late>
  const { versions, isTruncated } = data
  const isOnly = versions.length === 1
  const current = versions.find(({ isCurrent }) => isCurrent)
  return (
    <>
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      {versions.length === 0 ? (
        <Empty title="No version is kept">The service has none of this key.</Empty>
      ) : (
        <ul
          ref={list}
          tabIndex={-1}
          className={classes['versions']}
          aria-label="Versions, the newest first"
        >
          {versions.map((version) => (
            <VersionItem
              key={version.id}
              objectKey={objectKey}
              version={version}
              onLook={() => onLook(version.id)}
              onCompare={
                current === undefined || current === version
                  ? undefined
                  : () => onCompare(version.id, current.id)
              }
              onRestored={onRestored}
              onDeleted={() => {
                tell(`The version of ${versionMoment(version)} is deleted.`)
                // The buttons go with it, and with them the keyboard.
                list.current?.focus()
                refetch()
              }}
            />
          ))}
        </ul>
      )}
      {isOnly ? (
        <Text size="sm" c="dimmed" mt="sm">
          It is the only one. What is replaced or deleted is kept only where the bucket or account
          has versioning on.
        </Text>
      ) : null}
      {isTruncated ? (
        <Text size="sm" c="dimmed" mt="sm">
          The service has more, older ones; these are the newest {versions.length}.
        </Text>
      ) : null}
    </>
  )
}

function VersionItem({
  objectKey,
  version,
  onLook,
  onCompare,
  onRestored,
  onDeleted,
}: {
  readonly objectKey: string
  readonly version: VersionRow
  readonly onLook: () => void
  readonly onCompare: (() => void) | undefined
  readonly onRestored: () => void
  readonly onDeleted: () => void
}): ReactNode {
  const { id, isCurrent, size, modifiedAt } = version
  const [isAsking, setAsking] = useState(false)
  const remove = useRef<HTMLButtonElement>(null)
  const keep = (): void => {
    // The button that asked is there again then.
    flushSync(() => setAsking(false))
    remove.current?.focus()
  }
  const [isBusy, setBusy] = useState(false)
  const moment = versionMoment(version)
  // Two of one second are told apart by the end of their ids.
  const name = `the version of ${moment}, ${id.slice(-6)}`
  const during = async (work: () => Promise<boolean>, then: () => void): Promise<void> => {
    setBusy(true)
    try {
      if (await work()) then()
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className={classes['version']}>
      <div className={classes['facts']}>
        <Group gap="xs">
          <time dateTime={modifiedAt} title={modifiedAt} className="tabular">
            {moment}
          </time>
          <Text span size="sm" c="dimmed" className="tabular">
            {bytesText(size)}
          </Text>
          {isCurrent ? (
            <Badge variant="light" size="sm" tt="none">
              current
            </Badge>
          ) : null}
        </Group>
        <Text size="xs" c="dimmed" className="mono breakable">
          {id}
        </Text>
      </div>
      {isAsking ? (
        <DeleteQuestion
          name={name}
          isBusy={isBusy}
          onKeep={keep}
          onDelete={() => void during(() => deleteVersion(objectKey, id), onDeleted)}
        />
      ) : (
        <Group gap={4} className={classes['actions']}>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconEye size={14} />}
            aria-label={`Look at ${name}`}
            onClick={onLook}
          >
            Look
          </Button>
          {onCompare === undefined ? null : (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconGitCompare size={14} />}
              aria-label={`Compare ${name}`}
              onClick={onCompare}
            >
              Compare
            </Button>
          )}
          <Button
            component="a"
            href={versionHref(objectKey, id)}
            download
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} />}
            aria-label={`Download ${name}`}
            onClick={() => void act(downloadVersionText(objectKey, id), () => Promise.resolve())}
          >
            Download
          </Button>
          {isCurrent ? null : (
            <>
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconArrowBackUp size={14} />}
                loading={isBusy}
                aria-label={`Restore ${name}`}
                onClick={() => void during(() => restoreVersion(objectKey, id), onRestored)}
              >
                Restore
              </Button>
              <Button
                ref={remove}
                size="compact-xs"
                variant="default"
                leftSection={<IconTrash size={14} />}
                aria-label={`Delete ${name}`}
                onClick={() => setAsking(true)}
              >
                Delete
              </Button>
            </>
          )}
        </Group>
      )}
    </li>
  )
}
