import { Button, Group, Text } from '@mantine/core'
import { IconArrowBackUp, IconArrowLeft, IconDownload } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { act } from '../../../../../web/actions.ts'
import { bytesText } from '../../../../../web/amounts.ts'
import { Late } from '../../../../../web/late.tsx'
import { ObjectViews } from '../object-views.tsx'
import { ViewProblem } from '../view-problem.tsx'
import { downloadVersionText } from './extra-code.ts'
import classes from './extras.module.css'
import { versionMoment } from './moment.ts'
import { restoreVersion, useVersion, versionHref } from './use-versions.ts'

/** One version: its content in the views of objects. */
export function VersionLook({
  objectKey,
  version,
  onBack,
  onRestored,
}: {
  readonly objectKey: string
  readonly version: string
  readonly onBack: () => void
  readonly onRestored: () => void
}): ReactNode {
  const { data, error, refetch } = useVersion(objectKey, version)
  const [isBusy, setBusy] = useState(false)
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // The button that led here is not there any more.
    if (document.activeElement === document.body) back.current?.focus()
  }, [])
  const restore = async (): Promise<void> => {
    setBusy(true)
    const isDone = await restoreVersion(objectKey, version)
    setBusy(false)
    if (isDone) onRestored()
  }
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
              {versionMoment(data.details)}, {bytesText(data.details.size)}
            </Text>
            <Button
              component="a"
              href={versionHref(objectKey, version)}
              download
              size="compact-sm"
              variant="default"
              leftSection={<IconDownload size={14} />}
              onClick={() =>
                void act(downloadVersionText(objectKey, version), () => Promise.resolve())
              }
            >
              Download
            </Button>
            <Button
              size="compact-sm"
              leftSection={<IconArrowBackUp size={14} />}
              loading={isBusy}
              onClick={() => void restore()}
            >
              Restore
            </Button>
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
