/** Migration: bring the objects of one store to another, watch it, stop it, go on. */
import { IconTransfer } from '@tabler/icons-react'
import { lazy } from 'react'
import { fallback, object, optional, string } from 'valibot'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'

const search = object({
  /** The migration whose report is shown. */
  run: fallback(optional(string()), undefined),
})

const screen: WebScreen<typeof search> = defineScreen({
  name: 'migration',
  title: 'Migration',
  purpose: 'Bring objects to another store: watch it, pause it, go on after a kill',
  Icon: IconTransfer,
  place: 27,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
