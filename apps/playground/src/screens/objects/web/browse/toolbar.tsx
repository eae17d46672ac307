import { ActionIcon, Button } from '@mantine/core'
import { IconListTree, IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { UploadMenu } from '../transfer/upload-menu.tsx'
import { Breadcrumbs } from './breadcrumbs.tsx'
import { FilterField } from './filter-field.tsx'
import { SortMenu } from './sort-menu.tsx'
import classes from './toolbar.module.css'
import type { Browsing } from './use-browsing.ts'

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
