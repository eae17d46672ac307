import { Button } from '@mantine/core'
import { IconHistory, IconLink, IconStack2 } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import type { ShownExtra } from '../../../../../server/place.ts'
import { useView } from '../../../../../web/view.ts'
import type { ObjectDetails } from '../../../server/wire.ts'
import screen from '../../screen.ts'
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

/** Buttons for what the backend has beside the contract, and the dialogs that they open. */
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
  const offered = extras.filter((name) => name === 'versions' || details !== undefined)
  const isOpen = (extra: ShownExtra): boolean =>
    view.panel === panels[extra].panel && offered.includes(extra)
  const close = (): void => setView({ panel: undefined, version: undefined }, { isReplaced: true })
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
            onClick={() => setView({ panel, version: undefined })}
          >
            {label}
          </Button>
        )
      })}
      <VersionsDialog objectKey={objectKey} isOpen={isOpen('versions')} onClose={close} />
      {details === undefined ? null : (
        <>
          <TierDialog objectKey={objectKey} isOpen={isOpen('accessTiers')} onClose={close} />
          <LinkDialog details={details} isOpen={isOpen('presign')} onClose={close} />
        </>
      )}
    </>
  )
}
