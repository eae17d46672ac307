import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconListTree, IconPlus, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useShortcuts } from '../../../../web/shortcuts.ts'
import { UploadMenu } from '../transfer/upload-menu.tsx'
import { Breadcrumbs } from './breadcrumbs.tsx'
import { FilterField } from './filter-field.tsx'
import { SortMenu } from './sort-menu.tsx'
import classes from './toolbar.module.css'
import type { Browsing } from './use-browsing.ts'
import { useRefresh } from './use-refresh.ts'

/** Where one is, and what one can do there. */
export function Toolbar({
  browsing,
  treeId,
  isTreeOpen,
  onTree,
  onList,
}: {
  readonly browsing: Browsing
  readonly treeId: string
  /** Only where there is no room for it beside the list. */
  readonly isTreeOpen: boolean
  readonly onTree: () => void
  /** Takes the keyboard to the list. */
  readonly onList: () => void
}): ReactNode {
  const { prefix, filter, sort, setSort, setFilter, create } = browsing
  return (
    <div className={classes['bar']}>
      <div className={classes['place']}>
        <ActionIcon
          variant="default"
          size={36}
          className={classes['tree']}
          aria-label="Prefixes"
          aria-expanded={isTreeOpen}
          aria-controls={treeId}
          onClick={onTree}
        >
          <IconListTree size={18} />
        </ActionIcon>
        <Breadcrumbs prefix={prefix} />
        <RefreshButton browsing={browsing} />
      </div>
      <div className={classes['tools']}>
        <FilterField filter={filter} onType={setFilter} onLeave={onList} />
        <SortMenu sort={sort} onSort={setSort} />
        <Button
          variant="default"
          px="sm"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={create}
        >
          New
        </Button>
        <UploadMenu prefix={prefix} />
      </div>
    </div>
  )
}

/** Other processes may write into the same store, and the page does not hear of it. */
function RefreshButton({ browsing: { listing } }: { readonly browsing: Browsing }): ReactNode {
  const { isUnderWay, begin } = useRefresh(listing)
  useShortcuts([['r', begin]])
  return (
    <>
      <Tooltip label="Read again what is stored (r)" withArrow>
        <ActionIcon
          variant="default"
          size={36}
          className={classes['refresh']}
          aria-label="Refresh"
          aria-keyshortcuts="R"
          onClick={begin}
        >
          <IconRefresh size={18} data-turning={isUnderWay || undefined} />
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{isUnderWay ? 'Reading again…' : ''}</VisuallyHidden>
    </>
  )
}
