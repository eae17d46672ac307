import { Button } from '@mantine/core'
import { IconHistory, IconLink, IconStack2 } from '@tabler/icons-react'
import { type ComponentType, type ReactNode, useState } from 'react'
import type { ShownExtra } from '../../../../../server/place.ts'
import { useView } from '../../../../../web/view.ts'
import type { History, ObjectDetails } from '../../../server/wire.ts'
import screen from '../../screen.ts'
import { NewVersionDialog } from '../history/new-version-dialog.tsx'
import { useHistory } from '../history/use-history.ts'
import { LinkDialog } from './link-dialog.tsx'
import { TierDialog } from './tier-dialog.tsx'
import { VersionsDialog } from './versions-dialog.tsx'

/** As in the address. */
type Panel = 'versions' | 'tier' | 'link'

const panels: Readonly<
  Record<
    ShownExtra,
    {
      readonly panel: Panel
      readonly label: string
      readonly Icon: ComponentType<{ size: number }>
    }
  >
> = {
  versions: { panel: 'versions', label: 'Versions', Icon: IconHistory },
  accessTiers: { panel: 'tier', label: 'Tier', Icon: IconStack2 },
  presign: { panel: 'link', label: 'Link', Icon: IconLink },
}

/** Buttons for versions and what else the backend has beside the contract, and their dialogs. */
export default function ExtraActions({
  objectKey,
  details,
  extras,
}: {
  readonly objectKey: string
  /** Undefined: nothing is there, but old versions perhaps. */
  readonly details: ObjectDetails | undefined
  readonly extras: readonly ShownExtra[]
}): ReactNode {
  const [view, setView] = useView(screen)
  const { data: history } = useHistory(objectKey)
  const isOfValue = history !== undefined && history !== null
  // What one types stays, also when somebody removes the value meanwhile.
  const [last, setLast] = useState<History>()
  if (isOfValue && history !== last) setLast(history)
  const written = isOfValue || view.mode === 'version' ? last : undefined
  const own = extras.filter((name) => name === 'versions' || details !== undefined)
  // On every backend a value may have versions.
  const offered: readonly ShownExtra[] =
    isOfValue && !own.includes('versions') ? ['versions', ...own] : own
  const isOpen = (extra: ShownExtra): boolean =>
    view.panel === panels[extra].panel && offered.includes(extra)
  const chosen = { of: undefined, version: undefined, against: undefined }
  const close = (): void => setView({ panel: undefined, ...chosen }, { isReplaced: true })
  return (
    <>
      {offered.map((extra) => {
        const { panel, label, Icon } = panels[extra]
        return (
          <Button
            key={extra}
            size="compact-sm"
            variant="default"
            leftSection={<Icon size={14} />}
            aria-haspopup="dialog"
            onClick={() => setView({ panel, ...chosen })}
          >
            {label}
          </Button>
        )
      })}
      <VersionsDialog
        objectKey={objectKey}
        history={history ?? undefined}
        isNative={extras.includes('versions')}
        isOpen={isOpen('versions')}
        onClose={close}
      />
      {written === undefined ? null : <NewVersionDialog history={written} />}
      {details === undefined ? null : (
        <>
          <TierDialog objectKey={objectKey} isOpen={isOpen('accessTiers')} onClose={close} />
          <LinkDialog details={details} isOpen={isOpen('presign')} onClose={close} />
        </>
      )}
    </>
  )
}
