/** Operations: what each layer does for a program, to be seen under faults. */
import { IconFlask } from '@tabler/icons-react'
import { lazy } from 'react'
import { object } from 'valibot'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'

/** The lab is one, on the server: nothing of it is a view that could be sent. */
const search = object({})

const screen: WebScreen<typeof search> = defineScreen({
  name: 'operations',
  title: 'Operations',
  purpose: 'What layers do for a program: switch them, inject faults, and see',
  Icon: IconFlask,
  place: 25,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
