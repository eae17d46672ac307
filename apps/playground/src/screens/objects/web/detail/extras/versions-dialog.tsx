import { SegmentedControl } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useView } from '../../../../../web/view.ts'
import type { History, VersionRow } from '../../../server/wire.ts'
import screen from '../../screen.ts'
import { CompareView, type Side } from '../compare/compare-view.tsx'
import { HistoryView } from '../history/history-view.tsx'
import { BusyButton } from './busy-button.tsx'
import { compareVersionsText, downloadVersionText, lookText } from './extra-code.ts'
import { ExtraDialog } from './extra-dialog.tsx'
import { versionMoment } from './moment.ts'
import { restoreVersion, useVersions } from './use-versions.ts'
import { VersionList } from './version-list.tsx'
import { VersionLook } from './version-look.tsx'

/**
 * The versions of an object: those of the value that it is a part of, and those that the service
 * keeps of the object itself.
 */
export function VersionsDialog({
  objectKey,
  history,
  isNative,
  isOpen,
  onClose,
}: {
  readonly objectKey: string
  /** Undefined: it is a part of no versioned value. */
  readonly history: History | undefined
  /** The service keeps versions. */
  readonly isNative: boolean
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  const [{ of, version, against }, setView] = useView(screen)
  const ofValue = history !== undefined && !(isNative && of === 'object') ? history : undefined
  const isOne = version !== undefined && against === undefined
  return (
    <ExtraDialog
      title={isOne ? 'A version of' : 'Versions of'}
      objectKey={ofValue?.key ?? objectKey}
      size={against === undefined ? 'xl' : 'min(96vw, 1400px)'}
      isOpen={isOpen}
      onClose={onClose}
    >
      {isNative && history !== undefined && version === undefined ? (
        <SegmentedControl
          size="xs"
          mb="sm"
          aria-label="Whose versions"
          data={[
            { value: 'value', label: 'Of the value' },
            { value: 'object', label: 'Of this object, by the service' },
          ]}
          value={ofValue === undefined ? 'object' : 'value'}
          onChange={(whose) => setView({ of: whose === 'object' ? 'object' : undefined })}
        />
      ) : null}
      {ofValue === undefined ? (
        <NativeVersions objectKey={objectKey} onRestored={onClose} />
      ) : (
        <HistoryView objectKey={objectKey} history={ofValue} />
      )}
    </ExtraDialog>
  )
}

function NativeVersions({
  objectKey,
  onRestored,
}: {
  readonly objectKey: string
  readonly onRestored: () => void
}): ReactNode {
  const [{ version, against }, setView] = useView(screen)
  const show = (chosen: { version?: string; against?: string }): void =>
    setView({ version: undefined, against: undefined, at: undefined, ...chosen })
  if (version === undefined) {
    return (
      <VersionList
        objectKey={objectKey}
        onLook={(id) => show({ version: id })}
        onCompare={(id, current) => show({ version: id, against: current })}
        onRestored={onRestored}
      />
    )
  }
  if (against !== undefined) {
    return (
      <NativeCompared
        objectKey={objectKey}
        left={version}
        right={against}
        onChoose={(left, right) => show({ version: left, against: right })}
        onBack={() => show({})}
      />
    )
  }
  return (
    <VersionLook
      key={version}
      version={{
        key: objectKey,
        id: version,
        title: '',
        look: lookText(objectKey, version),
        download: downloadVersionText(objectKey, version),
      }}
      onBack={() => show({})}
      onCompare={undefined}
    >
      <BusyButton
        size="compact-sm"
        leftSection={<IconArrowBackUp size={14} />}
        work={async () => {
          if (await restoreVersion(objectKey, version)) onRestored()
        }}
      >
        Restore
      </BusyButton>
    </VersionLook>
  )
}

function NativeCompared({
  objectKey,
  left,
  right,
  onChoose,
  onBack,
}: {
  readonly objectKey: string
  readonly left: string
  readonly right: string
  readonly onChoose: (left: string, right: string) => void
  readonly onBack: () => void
}): ReactNode {
  const listed = useVersions(objectKey).data?.versions ?? []
  const sideOf = (id: string): Side => {
    const row = listed.find((each) => each.id === id)
    return { id, name: row === undefined ? id : nameOf(row), key: objectKey, version: id }
  }
  const ids = new Set([...listed.map(({ id }) => id), left, right])
  return (
    <CompareView
      sides={[...ids].map(sideOf)}
      left={sideOf(left)}
      right={sideOf(right)}
      text={compareVersionsText(objectKey, left, right)}
      onChoose={onChoose}
      onBack={onBack}
    />
  )
}

/** Two of one second are told apart by the end of their ids. */
function nameOf({ id, isCurrent, modifiedAt }: VersionRow): string {
  return `${versionMoment({ modifiedAt })}, ${id.slice(-6)}${isCurrent ? ', current' : ''}`
}
