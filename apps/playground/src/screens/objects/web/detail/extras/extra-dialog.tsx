import { Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { NameText } from '../../../../../web/name-text.tsx'

/** A dialog on one object; all of a narrow window. */
export function ExtraDialog({
  title,
  objectKey,
  size,
  isOpen,
  isKept = false,
  onClose,
  children,
}: {
  /** `Versions of`, for instance: the name of the object follows. */
  readonly title: string
  readonly objectKey: string
  /** A name of the kit's, or a width. */
  readonly size: string
  readonly isOpen: boolean
  /** While something is asked over it, keys belong to that. */
  readonly isKept?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}): ReactNode {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const name = objectKey.slice(objectKey.lastIndexOf('/') + 1)
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={
        <span className="breakable">
          {title} <NameText text={name} />
        </span>
      }
      size={size}
      fullScreen={isNarrow}
      closeOnEscape={!isKept}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
    </Modal>
  )
}
