import type { ReactNode } from 'react'
import { useView } from '../../../../../web/view.ts'
import screen from '../../screen.ts'
import { ExtraDialog } from './extra-dialog.tsx'
import { VersionLook } from './version-look.tsx'
import { VersionList } from './version-list.tsx'

/** The versions that the service has kept of an object, and one of them when it is looked at. */
export function VersionsDialog({
  objectKey,
  isOpen,
  onClose,
}: {
  readonly objectKey: string
  readonly isOpen: boolean
  readonly onClose: () => void
}): ReactNode {
  const [{ version }, setView] = useView(screen)
  return (
    <ExtraDialog
      title={version === undefined ? 'Versions of' : 'A version of'}
      objectKey={objectKey}
      size="xl"
      isOpen={isOpen}
      onClose={onClose}
    >
      {version === undefined ? (
        <VersionList
          objectKey={objectKey}
          onLook={(id) => setView({ version: id, at: undefined })}
          onRestored={onClose}
        />
      ) : (
        <VersionLook
          key={version}
          objectKey={objectKey}
          version={version}
          onBack={() => setView({ version: undefined, at: undefined })}
          onRestored={onClose}
        />
      )}
    </ExtraDialog>
  )
}
