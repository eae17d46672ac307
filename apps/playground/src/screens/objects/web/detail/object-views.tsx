import { Tabs } from '@mantine/core'
import type { ReactNode } from 'react'
import { useView } from '../../../../web/view.ts'
import type { ObjectDetails } from '../../server/wire.ts'
import screen from '../screen.ts'
import classes from './detail.module.css'
import { HexView } from './hex/hex-view.tsx'
import { ImageView } from './image-view.tsx'
import { TextView } from './text/text-view.tsx'
import { TreeView } from './tree/tree-view.tsx'
import { ValueView } from './value-view.tsx'
import { type ViewName, viewOf, viewsOf, viewTitles } from './views.ts'

/** What every view is given. */
export interface ViewProps {
  /** The version that is shown; nothing newer is read. */
  readonly details: ObjectDetails
  /** Called when that version is not there any more. */
  readonly onStale: () => void
  /** The action that its reads are a part of. Undefined: each is one of its own. */
  readonly action?: string | undefined
}

const components: Readonly<Record<ViewName, (props: ViewProps) => ReactNode>> = {
  tree: TreeView,
  text: TextView,
  image: ImageView,
  value: ValueView,
  hex: HexView,
}

/** The content in the view that the address names. */
export function ObjectViews(props: ViewProps): ReactNode {
  const [view, setView] = useView(screen)
  const { details } = props
  const shown = viewOf(details, view.as)
  return (
    <Tabs
      value={shown}
      onChange={(as) => setView({ as: as as ViewName, at: undefined }, { isReplaced: true })}
      keepMounted={false}
      className={classes['tabs']}
    >
      <Tabs.List px={4} aria-label="Views of the content">
        {viewsOf(details).map((name) => (
          <Tabs.Tab key={name} value={name} px="sm" py={8}>
            {viewTitles[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {viewsOf(details).map((name) => {
        const View = components[name]
        return (
          <Tabs.Panel key={name} value={name} className={classes['panel']}>
            {name === shown ? <View {...props} /> : null}
          </Tabs.Panel>
        )
      })}
    </Tabs>
  )
}
