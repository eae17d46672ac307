import { Text } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import classes from './drop-zone.module.css'
import { entriesOf } from './queue/chosen-files.ts'
import { uploadDropped } from './queue/intake.ts'

/** Takes files and folders that are dropped on its children, and uploads them to a prefix. */
export function DropZone({
  prefix,
  children,
}: {
  readonly prefix: string
  readonly children: ReactNode
}): ReactNode {
  const [isOver, setOver] = useState(false)
  /** Entered and not left: the pointer goes through the children, too. */
  const depth = useRef(0)
  useNoStrayDrops()
  const enter = (by: 1 | -1): void => {
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    depth.current = 0
    setOver(false)
    void uploadDropped(prefix, entriesOf(event.dataTransfer))
  }
  return (
    <div
      className={classes['zone']}
      data-testid="drop-zone"
      onDragEnter={(event) => (hasFiles(event) ? enter(1) : undefined)}
      onDragLeave={(event) => (hasFiles(event) ? enter(-1) : undefined)}
      onDragOver={(event) => (hasFiles(event) ? event.preventDefault() : undefined)}
      onDrop={(event) => (hasFiles(event) ? onDrop(event) : undefined)}
    >
      {children}
      {isOver ? (
        <div className={classes['hint']}>
          <IconUpload size={32} aria-hidden />
          <Text fw={600} className="breakable">
            Drop to upload to {prefix === '' ? 'the top level' : prefix}
          </Text>
          <Text size="sm" c="dimmed">
            Files, and folders with all that is in them
          </Text>
        </div>
      ) : null}
    </div>
  )
}

function hasFiles({ dataTransfer }: Pick<DragEvent, 'dataTransfer'>): boolean {
  return dataTransfer.types.includes('Files')
}

/** A file that is dropped beside the zone shall not take the place of the page. */
function useNoStrayDrops(): void {
  useEffect(() => {
    const refuse = (event: globalThis.DragEvent): void => {
      const { dataTransfer } = event
      if (event.defaultPrevented || dataTransfer === null || !hasFiles({ dataTransfer })) return
      event.preventDefault()
      dataTransfer.dropEffect = 'none'
    }
    window.addEventListener('dragover', refuse)
    window.addEventListener('drop', refuse)
    return () => {
      window.removeEventListener('dragover', refuse)
      window.removeEventListener('drop', refuse)
    }
  }, [])
}
