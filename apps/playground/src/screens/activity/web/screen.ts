/** Activity: what the storage does right now, and how fast. */
import { IconActivity } from '@tabler/icons-react'
import { lazy } from 'react'
import { fallback, object, optional, picklist, pipe, regex, string } from 'valibot'
import { flag } from '../../../web/address.ts'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'
import { operationNames, totalsColumns } from './names.ts'

const search = object({
  show: fallback(optional(picklist(['feed', 'totals'])), undefined),
  /** Only operations of this name. */
  operation: fallback(optional(picklist(operationNames)), undefined),
  outcome: fallback(optional(picklist(['failures'])), undefined),
  /** Only operations on keys that hold this text. */
  key: fallback(optional(string()), undefined),
  /** The operation whose detail is shown: RUN-NUMBER. */
  at: fallback(optional(pipe(string(), regex(/^[\da-f]{8}-\d+$/))), undefined),
  /** The order of the totals. */
  sort: fallback(optional(picklist(totalsColumns)), undefined),
  desc: fallback(optional(flag), undefined),
})

const screen: WebScreen<typeof search> = defineScreen({
  name: 'activity',
  title: 'Activity',
  purpose: 'Every operation as it ends, how many there are, and how long they take',
  Icon: IconActivity,
  place: 20,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
