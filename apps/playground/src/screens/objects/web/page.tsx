import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react'
import { useView } from '../../../web/view.ts'
import { DetailPane } from './browse/detail-pane.tsx'
import { ListPane } from './browse/list-pane.tsx'
import { Toolbar } from './browse/toolbar.tsx'
import { TreePane } from './browse/tree-pane.tsx'
import { useBrowsing } from './browse/use-browsing.ts'
import { CreateDialog } from './detail/create-dialog.tsx'
import classes from './page.module.css'
import screen from './screen.ts'
import { TransferDialogs } from './transfer/transfer-dialogs.tsx'
import { UploadPanel } from './transfer/upload-panel.tsx'

/** The Objects screen: prefixes, what is under one, and the object that is open. */
export default function ObjectsPage(): ReactNode {
  const browsing = useBrowsing()
  const { prefix, openKey, openPrefix } = browsing
  const [{ mode }, setView] = useView(screen)
  const [isTreeOpen, setTreeOpen] = useState(false)
  const treeId = useId()
  const list = useRef<HTMLElement>(null)
  const toList = useCallback(() => {
    list.current?.querySelector<HTMLElement>('[data-place][tabindex="0"]')?.focus()
  }, [])
  const closeTree = useCallback(() => setTreeOpen(false), [])
  const openFromTree = useCallback(
    (to: string) => {
      setTreeOpen(false)
      openPrefix(to)
    },
    [openPrefix],
  )
  useKeyboardAfterObject(openKey, toList)
  const isCovered = openKey !== undefined || undefined
  return (
    <div className={classes['page']}>
      <div className={classes['top']} data-covered={isCovered}>
        <Toolbar
          browsing={browsing}
          treeId={treeId}
          isTreeOpen={isTreeOpen}
          onTree={() => setTreeOpen(!isTreeOpen)}
          onList={toList}
        />
      </div>
      <div className={classes['panes']}>
        <TreePane
          id={treeId}
          isOpen={isTreeOpen}
          prefix={prefix}
          onOpen={openFromTree}
          onClose={closeTree}
        />
        <section
          ref={list}
          className={classes['list']}
          data-covered={isCovered}
          aria-label="Objects"
        >
          <ListPane browsing={browsing} onList={toList} />
        </section>
        {openKey === undefined ? null : <DetailPane browsing={browsing} objectKey={openKey} />}
      </div>
      <UploadPanel />
      <TransferDialogs />
      <CreateDialog
        isOpen={mode === 'create'}
        prefix={prefix}
        onClose={() => setView({ mode: undefined }, { isReplaced: true })}
        onClosed={() => {
          // Opened by its address, it has nowhere to give the keyboard back to.
          if (document.activeElement?.matches('[role="dialog"] *') === true) toList()
        }}
      />
    </div>
  )
}

/** When the open object goes, and the keyboard with it, the keyboard goes on in the list. */
function useKeyboardAfterObject(openKey: string | undefined, toList: () => void): void {
  const wasOpen = useRef(false)
  useEffect(() => {
    const isLost = wasOpen.current && document.activeElement === document.body
    if (isLost && openKey === undefined) toList()
    wasOpen.current = openKey !== undefined
  }, [openKey, toList])
}
