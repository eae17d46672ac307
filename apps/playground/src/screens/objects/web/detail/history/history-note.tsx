import { Button, Text } from '@mantine/core'
import { IconPencilPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { countText } from '../../../../../web/amounts.ts'
import { NameText } from '../../../../../web/name-text.tsx'
import { useView } from '../../../../../web/view.ts'
import screen from '../../screen.ts'
import classes from '../extras/extras.module.css'
import { useHistory } from './use-history.ts'

/** Says of an object that it belongs to a versioned value, which its key alone does not tell. */
export default function HistoryNote({ objectKey }: { readonly objectKey: string }): ReactNode {
  const [, setView] = useView(screen)
  const { data } = useHistory(objectKey)
  if (data === undefined || data === null) return null
  const { key, current, versions, isTruncated } = data
  const own = versions.find((version) => version.objectKey === objectKey)
  const name = key.slice(key.lastIndexOf('/') + 1)
  return (
    <div className={classes['note']} role="note">
      <Text span inherit className={classes['grow']}>
        {own === undefined ? 'The pointer of ' : `Version ${own.version} of `}
        <b>
          <NameText text={name} />
        </b>
        {own === undefined
          ? `: version ${current} is current, ${keptText(versions.length, isTruncated)}.`
          : stateOf(own, current)}
      </Text>
      <Button
        size="compact-xs"
        variant="light"
        leftSection={<IconPencilPlus size={14} />}
        aria-haspopup="dialog"
        onClick={() => setView({ mode: 'version', version: String(own?.version ?? current) })}
      >
        New version
      </Button>
    </div>
  )
}

function keptText(count: number, isTruncated: boolean): string {
  if (count === 1) return '1 is kept'
  return `${isTruncated ? 'more than ' : ''}${countText(count)} are kept`
}

function stateOf(
  { isCurrent, isPending }: { readonly isCurrent: boolean; readonly isPending: boolean },
  current: number,
): string {
  if (isCurrent) return ', the current one.'
  if (isPending) return `, pending: it never was current. Version ${current} is.`
  return `: version ${current} is current.`
}
