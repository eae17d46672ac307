import { ActionIcon, Button, Group, Text, Title, Tooltip } from '@mantine/core'
import {
  IconArrowMoveRight,
  IconDownload,
  IconFiles,
  IconPencil,
  IconTrash,
  IconX,
} from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react'
import { act } from '../../../../web/actions.ts'
import { NameText } from '../../../../web/name-text.tsx'
import { useStorePlace } from '../../../../web/store-place.ts'
import type { ObjectDetails } from '../../server/wire.ts'
import { downloadText } from '../code.ts'
import type { Selection } from '../selection.ts'
import { askTransfer } from '../transfer/transfers.ts'
import { CopyValue } from './copy-value.tsx'
import classes from './detail.module.css'
import { valueKeyOf } from './history/value-key.ts'
import { editFault } from './views.ts'

/** Loaded for a backend that has some of it, and for what may be a version of a value. */
const ExtraActions = lazy(() => import('./extras/extra-actions.tsx'))

/** What is open, and what can be done with it. */
export function DetailHeader({
  objectKey,
  details,
  isAbsent,
  onEdit,
  onClose,
}: {
  readonly objectKey: string
  /** Undefined: there is nothing to do anything with. */
  readonly details: ObjectDetails | undefined
  /** Nothing is there, or not any more: old versions may be. */
  readonly isAbsent: boolean
  /** Undefined while it is edited. */
  readonly onEdit: (() => void) | undefined
  readonly onClose: () => void
}): ReactNode {
  const slash = objectKey.lastIndexOf('/') + 1
  const { extras = [] } = useStorePlace()
  const isOfValue = valueKeyOf(objectKey) !== undefined
  return (
    <header className={classes['top']}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <div className={classes['names']}>
          <Title order={2} size="h5" className="breakable" lineClamp={2}>
            <bdi>
              <NameText text={objectKey.slice(slash)} />
            </bdi>
          </Title>
          <Group gap={4} wrap="nowrap" align="flex-start">
            <Text size="xs" c="dimmed" className="mono breakable" lineClamp={3} title={objectKey}>
              <bdi>
                <NameText text={objectKey} />
              </bdi>
            </Text>
            <CopyValue value={objectKey} name="key" />
          </Group>
        </div>
        <Tooltip label="Close (Esc)" withArrow>
          <ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label="Close the object">
            <IconX size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {details === undefined && !(isAbsent && (isOfValue || extras.includes('versions'))) ? null : (
        <Group gap={6} className={classes['actions']} role="group" aria-label="Actions">
          {details === undefined ? null : <Actions details={details} onEdit={onEdit} />}
          {extras.length === 0 && !isOfValue ? null : (
            <Suspense fallback={null}>
              <ExtraActions objectKey={objectKey} details={details} extras={extras} />
            </Suspense>
          )}
        </Group>
      )}
    </header>
  )
}

function Actions({
  details,
  onEdit,
}: {
  readonly details: ObjectDetails
  readonly onEdit: (() => void) | undefined
}): ReactNode {
  const { key, etag } = details
  const edit = useRef<HTMLButtonElement>(null)
  const wasEdited = useRef(false)
  useEffect(() => {
    // The editor had the keyboard.
    const isLost = wasEdited.current && document.activeElement === document.body
    if (isLost && onEdit !== undefined) edit.current?.focus({ preventScroll: true })
    wasEdited.current = onEdit === undefined
  }, [onEdit])
  const selection: Selection = { objects: [{ key, etag }], prefixes: [] }
  const fault = editFault(details)
  return (
    <>
      {onEdit === undefined ? null : (
        <Tooltip label={fault ?? 'Edit the text'} withArrow openDelay={300}>
          <Button
            ref={edit}
            size="compact-sm"
            variant="light"
            leftSection={<IconPencil size={14} />}
            aria-disabled={fault !== undefined}
            {...(fault === undefined ? {} : { 'data-disabled': true })}
            aria-label={fault === undefined ? 'Edit' : `Edit. ${fault}`}
            onClick={fault === undefined ? onEdit : (event) => event.preventDefault()}
          >
            Edit
          </Button>
        </Tooltip>
      )}
      <Button
        component="a"
        href={`/api/objects/content?${new URLSearchParams({ key }).toString()}`}
        download
        onClick={() => void act(downloadText(key), () => Promise.resolve())}
        size="compact-sm"
        variant="default"
        leftSection={<IconDownload size={14} />}
      >
        Download
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconFiles size={14} />}
        onClick={() => askTransfer('copy', selection)}
      >
        Copy
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconArrowMoveRight size={14} />}
        onClick={() => askTransfer('move', selection)}
      >
        Move
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconTrash size={14} />}
        onClick={() => askTransfer('delete', selection)}
      >
        Delete
      </Button>
    </>
  )
}
