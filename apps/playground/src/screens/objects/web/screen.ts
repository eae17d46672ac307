/** Objects: what is stored, to look at and to change. */
import { IconFiles } from '@tabler/icons-react'
import { lazy } from 'react'
import { fallback, object, optional, picklist, pipe, string, transform } from 'valibot'
import { flag, wholeNumber } from '../../../web/address.ts'
import { defineScreen, type WebScreen } from '../../../web/screen.ts'

const written = object({
  /** What is listed: keys that begin so, up to the next `/`. Default: where the open object is. */
  prefix: fallback(optional(string()), undefined),
  /** The object that is open. */
  key: fallback(optional(string()), undefined),
  /** How it is shown. Default: what fits its content. */
  as: fallback(optional(picklist(['tree', 'text', 'image', 'value', 'hex'])), undefined),
  /** The byte at the top of the hex view. */
  at: fallback(optional(wholeNumber), undefined),
  /**
   * What is done with it: `edit` the open object, write a new `version` of the value that it is a
   * part of, or `create` one under the prefix.
   */
  mode: fallback(optional(picklist(['edit', 'version', 'create'])), undefined),
  /** What is open over it: of what some services have beside the contract. */
  panel: fallback(optional(picklist(['versions', 'tier', 'link'])), undefined),
  /** Whose versions: those of the `object`, by the service. Default: of the value that it is in. */
  of: fallback(optional(picklist(['object'])), undefined),
  /** The version that is looked at, or compared, or that a new one begins with. */
  version: fallback(optional(string()), undefined),
  /** What it is compared with. */
  against: fallback(optional(string()), undefined),
  sort: fallback(optional(picklist(['key', 'size', 'modified', 'type'])), undefined),
  desc: fallback(optional(flag), undefined),
  /** Only names that hold this text. */
  filter: fallback(optional(string()), undefined),
})

/** A link may name an object only. */
const search = pipe(
  written,
  transform(({ prefix, ...view }) => {
    const { key = '' } = view
    return { prefix: prefix ?? key.slice(0, key.lastIndexOf('/') + 1), ...view }
  }),
)

const screen: WebScreen<typeof search> = defineScreen({
  name: 'objects',
  title: 'Objects',
  purpose: 'Browse, look into and change what is stored',
  Icon: IconFiles,
  place: 10,
  search,
  Page: lazy(() => import('./page.tsx')),
})

export default screen
