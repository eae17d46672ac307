import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconArrowsSort, IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Sort } from './order.ts'

const choices: readonly (readonly [label: string, sort: Sort])[] = [
  ['Name, as the store lists it', { by: 'key', isDescending: false }],
  ['Name, backwards', { by: 'key', isDescending: true }],
  ['Largest first', { by: 'size', isDescending: true }],
  ['Smallest first', { by: 'size', isDescending: false }],
  ['Newest first', { by: 'modified', isDescending: true }],
  ['Oldest first', { by: 'modified', isDescending: false }],
  ['Type', { by: 'type', isDescending: false }],
]

/** All ways to sort, for lists that have no room for all columns. */
export function SortMenu({
  sort,
  onSort,
}: {
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
}): ReactNode {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label="Sort" withArrow>
          <ActionIcon variant="default" size={36} aria-label="Sort">
            <IconArrowsSort size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(([label, choice]) => {
          const isChosen = choice.by === sort.by && choice.isDescending === sort.isDescending
          return (
            <Menu.Item
              key={label}
              role="menuitemradio"
              aria-checked={isChosen}
              leftSection={
                <IconCheck size={14} aria-hidden visibility={isChosen ? undefined : 'hidden'} />
              }
              onClick={() => onSort(choice)}
            >
              {label}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
