import { Badge, Button, Group, Text, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconEye, IconGitCompare, IconPencilPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { bytesText } from '../../../../../web/amounts.ts'
import type { HistoryRow } from '../../../server/wire.ts'
import { BusyButton } from '../extras/busy-button.tsx'
import classes from '../extras/extras.module.css'
import { versionMoment } from '../extras/moment.ts'
import { rollBack } from './use-history.ts'

/** One version of a value, and what can be done with it. */
export function HistoryItem({
  valueKey,
  version: { version, isCurrent, isPending, size, modifiedAt },
  current,
  other,
  onLook,
  onCompare,
  onNew,
  onMoved,
}: {
  readonly valueKey: string
  readonly version: HistoryRow
  readonly current: number
  /** What it is compared with; undefined for the only one. */
  readonly other: number | undefined
  readonly onLook: () => void
  readonly onCompare: (version: number, against: number) => void
  readonly onNew: () => void
  readonly onMoved: () => void
}): ReactNode {
  const name = `version ${version}`
  return (
    <li className={classes['version']} aria-current={isCurrent || undefined}>
      <Group gap="xs" className={classes['facts']}>
        <Text span className={`tabular ${classes['number']}`}>
          v{version}
        </Text>
        <time dateTime={modifiedAt} title={modifiedAt} className="tabular">
          {versionMoment({ modifiedAt })}
        </time>
        <Text span size="sm" c="dimmed" className="tabular">
          {bytesText(size)}
        </Text>
        {isCurrent ? (
          <Badge variant="light" size="sm" tt="none">
            current
          </Badge>
        ) : null}
        {isPending ? (
          <Tooltip
            label="It is stored and never was current: its saver is on the way, or ended"
            withArrow
          >
            <Badge variant="light" color="orange" size="sm" tt="none">
              pending
            </Badge>
          </Tooltip>
        ) : null}
      </Group>
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
        {other === undefined ? null : (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconGitCompare size={14} />}
            aria-label={`Compare ${name}`}
            // The older one at the left where it is the current one that is compared.
            onClick={() => (isCurrent ? onCompare(other, version) : onCompare(version, other))}
          >
            Compare
          </Button>
        )}
        {isCurrent ? null : (
          <>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconPencilPlus size={14} />}
              aria-label={`Edit ${name} as a new one`}
              onClick={onNew}
            >
              Edit
            </Button>
            <BusyButton
              size="compact-xs"
              variant="default"
              leftSection={<IconArrowBackUp size={14} />}
              aria-label={`Make current: ${name}`}
              work={async () => {
                if (await rollBack(valueKey, version, current)) onMoved()
              }}
            >
              Make current
            </BusyButton>
          </>
        )}
      </Group>
    </li>
  )
}
