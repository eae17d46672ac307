import {
  IconBinary,
  IconBraces,
  IconFile,
  IconFileText,
  IconFolder,
  IconPhoto,
} from '@tabler/icons-react'
import { memo, type ReactNode } from 'react'

/** What a row is, at a glance. */
export const RowIcon = memo(function RowIcon({
  isPrefix,
  type,
}: {
  readonly isPrefix: boolean
  readonly type: string
}): ReactNode {
  const Icon = isPrefix ? IconFolder : iconOf(type)
  return <Icon size={16} stroke={1.5} aria-hidden />
})

function iconOf(type: string): typeof IconFile {
  if (/[/+]json\b/.test(type)) return IconBraces
  if (type.startsWith('image/')) return IconPhoto
  if (type.startsWith('text/')) return IconFileText
  if (type === 'application/cbor' || type === 'application/octet-stream') return IconBinary
  return IconFile
}
