import { Alert, Button, Group } from '@mantine/core'
import { IconHistory, IconTrashX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ObjectDetails } from '../../../server/wire.ts'
import classes from '../detail.module.css'
import type { Opened } from '../use-opened.ts'

/** Says while one edits that somebody else changed or deleted the object. */
export function NewerNotice({
  opened: { newer, isGone },
  isChanged,
  onLoad,
  onMerge,
}: {
  readonly opened: Opened
  readonly isChanged: boolean
  readonly onLoad: (version: ObjectDetails) => void
  readonly onMerge: () => void
}): ReactNode {
  if (isGone) {
    return (
      <Alert color="orange" icon={<IconTrashX />} className={classes['note']} role="status">
        Somebody deleted or moved this object. You can still save: that asks whether to create it
        again.
      </Alert>
    )
  }
  if (newer === undefined) return null
  return (
    <Alert color="orange" icon={<IconHistory />} className={classes['note']} role="status">
      <Group gap="xs">
        Somebody saved a new version while you edit.
        {isChanged ? (
          <Button size="compact-sm" variant="default" onClick={onMerge}>
            Compare and merge
          </Button>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => onLoad(newer)}>
            Load it
          </Button>
        )}
      </Group>
    </Alert>
  )
}
