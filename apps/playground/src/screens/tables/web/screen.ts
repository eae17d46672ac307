/** Tables: entities with typed properties, to filter, change and undo. */
import { IconTable } from '@tabler/icons-react'
import { lazy } from 'react'
import { fallback, object, optional, picklist, string } from 'valibot'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'

const text = fallback(optional(string()), undefined)

const search = object({
  table: text,
  /** OData. */
  filter: text,
  /** Names of properties with commas between; undefined for all. */
  select: text,
  /** Keys of the entity that is open, which may be empty. */
  pk: text,
  rk: text,
  mode: fallback(optional(picklist(['add', 'create'])), undefined),
})

const screen: WebScreen<typeof search> = defineScreen({
  name: 'tables',
  title: 'Tables',
  purpose: 'Entities with typed properties: filter, edit, change together, undo',
  Icon: IconTable,
  place: 12,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
