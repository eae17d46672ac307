import { IconChevronRight, IconFolder, IconFolderOpen } from '@tabler/icons-react'
import type { CSSProperties, ReactNode } from 'react'
import { NameText } from '../../../../web/name-text.tsx'
import type { TreeNode } from './tree-nodes.ts'
import classes from './tree.module.css'

/** A prefix in the tree. A click opens it; one on its arrow shows what is under it. */
export function TreeRow({
  node: { prefix, name, level, isExpanded, position, siblings, isTruncated },
  place,
  top,
  isCurrent,
  isFocused,
  onOpen,
  onExpand,
  onFocus,
}: {
  readonly node: TreeNode
  readonly place: number
  readonly top: number
  readonly isCurrent: boolean
  readonly isFocused: boolean
  readonly onOpen: (prefix: string) => void
  readonly onExpand: (prefix: string, isExpanded: boolean) => void
  readonly onFocus: (prefix: string) => void
}): ReactNode {
  const Folder = isCurrent ? IconFolderOpen : IconFolder
  const style = { transform: `translateY(${top}px)`, '--level': level } as CSSProperties
  return (
    // The tree has the keys
    <div
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-expanded={isExpanded}
      aria-selected={isCurrent}
      aria-label={isTruncated ? `${name}, only the first 1,000 are shown` : name}
      title={prefix === '' ? undefined : prefix}
      data-place={place}
      tabIndex={isFocused ? 0 : -1}
      className={classes['row']}
      style={style}
      onClick={() => onOpen(prefix)}
      onFocus={() => onFocus(prefix)}
    >
      <span
        className={classes['arrow']}
        data-expanded={isExpanded}
        aria-hidden
        onClick={(event) => {
          if (isExpanded === undefined) return
          event.stopPropagation()
          onExpand(prefix, !isExpanded)
        }}
      >
        {isExpanded === undefined ? null : <IconChevronRight size={14} />}
      </span>
      <Folder size={16} stroke={1.5} aria-hidden />
      <span className={classes['name']}>
        <NameText text={name} />
      </span>
      {isTruncated ? <span className={classes['part']}>first 1,000</span> : null}
    </div>
  )
}
