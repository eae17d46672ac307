/** Backend: what the store can do, how it is, what it holds, and whether it keeps the contract. */
import { IconServer } from '@tabler/icons-react'
import { lazy } from 'react'
import { fallback, object, optional, picklist, string } from 'valibot'
import { flag } from '../../../web/address.ts'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'

/** The parts of this screen. */
export const sections = [
  ...(['capabilities', 'compare', 'health', 'usage', 'verify', 'conformance'] as const),
] as const

const search = object({
  section: fallback(optional(picklist(sections)), undefined),
  /** The capability whose code is shown. */
  capability: fallback(optional(string()), undefined),
  /** What the conformance kit is run on. */
  target: fallback(optional(picklist(['file', 'memory', 'azure', 's3'])), undefined),
  /** Of the comparison only rows that differ. */
  differing: fallback(optional(flag), undefined),
  durability: fallback(optional(picklist(['fsync', 'none'])), undefined),
  /** Only the cases of this group. */
  group: fallback(optional(string()), undefined),
  /** The group whose cases are listed. */
  cases: fallback(optional(string()), undefined),
})

const screen: WebScreen<typeof search> = defineScreen({
  name: 'backend',
  title: 'Backend',
  purpose: 'What the store can do, how it is, what it holds, and whether it keeps its word',
  Icon: IconServer,
  place: 30,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
