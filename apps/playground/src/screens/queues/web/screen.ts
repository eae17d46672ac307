/** Queues: messages on their way from who sends them to who handles them. */
import { IconStack2 } from '@tabler/icons-react'
import { lazy } from 'react'
import { fallback, object, optional, picklist, string } from 'valibot'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'

const search = object({
  /** Only queues whose names begin so. */
  prefix: fallback(optional(string()), undefined),
  /** The queue that is open. */
  queue: fallback(optional(string()), undefined),
  show: fallback(optional(picklist(['hand', 'consumers', 'poison'])), undefined),
  /** The message that is open, by its id. */
  message: fallback(optional(string()), undefined),
  mode: fallback(optional(picklist(['create', 'send'])), undefined),
})

const screen: WebScreen<typeof search> = defineScreen({
  name: 'queues',
  title: 'Queues',
  purpose: 'Send messages, look at them, and watch consumers handle, retry and give up',
  Icon: IconStack2,
  place: 14,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
