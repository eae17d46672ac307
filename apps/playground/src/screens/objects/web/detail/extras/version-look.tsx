import { Button, Group, Text } from '@mantine/core'
import { IconArrowLeft, IconDownload, IconGitCompare } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { act, type ActionText } from '../../../../../web/actions.ts'
import { bytesText } from '../../../../../web/amounts.ts'
import { Late } from '../../../../../web/late.tsx'
import { ObjectViews } from '../object-views.tsx'
import { ViewProblem } from '../view-problem.tsx'
import classes from './extras.module.css'
import { versionMoment } from './moment.ts'
import { useVersion, versionHref } from './use-versions.ts'

/** A version as one looks at it. */
export interface LookedVersion {
  readonly key: string
  /** The service's id of it; undefined for an object of its own. */
  readonly id: string | undefined
  /** `Version 3`; empty where it has no name but its time. */
  readonly title: string
  readonly look: ActionText
  readonly download: ActionText
}

/** One version: its content in the views of objects. */
export function VersionLook({
  version: { key, id, title, look, download },
  onBack,
  onCompare,
  children,
}: {
  readonly version: LookedVersion
  readonly onBack: () => void
  /** Undefined where there is nothing to compare it with. */
  readonly onCompare: (() => void) | undefined
  /** What makes it the current one. */
  readonly children: ReactNode
}): ReactNode {
  const { data, error, refetch } = useVersion(key, id, look)
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // The button that led here is not there any more.
    if (document.activeElement === document.body) back.current?.focus()
  }, [])
  return (
    <div className={classes['look']}>
      <Group gap="xs">
        <Button
          ref={back}
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowLeft size={14} />}
          onClick={onBack}
        >
          All versions
        </Button>
        {data === undefined ? null : (
          <>
            <Text size="sm" className={`tabular ${classes['grow']}`}>
              {title === '' ? '' : `${title}, `}
              {versionMoment(data.details)}, {bytesText(data.details.size)}
            </Text>
            {onCompare === undefined ? null : (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconGitCompare size={14} />}
                onClick={onCompare}
              >
                Compare
              </Button>
            )}
            <Button
              component="a"
              href={versionHref(key, id)}
              download
              size="compact-sm"
              variant="default"
              leftSection={<IconDownload size={14} />}
              onClick={() => void act(download, () => Promise.resolve())}
            >
              Download
            </Button>
            {children}
          </>
        )}
      </Group>
      {error === null ? null : <ViewProblem error={error} onRetry={refetch} />}
      {data === undefined ? (
        error === null && <Late>Opening the version…</Late>
      ) : (
        <ObjectViews details={data.details} action={data.action} onStale={refetch} />
      )}
    </div>
  )
}
