/**
 * What the page needs of a screen, and all screens that there are: a folder under `src/screens/`
 * with a `web/screen.ts` is one, and nothing else has to know it.
 */
import type { ComponentType, LazyExoticComponent } from 'react'
import type { GenericSchema } from 'valibot'

/** A screen of the page. Its folder's name is its path and the name of its API. */
export interface WebScreen<S extends GenericSchema = GenericSchema> {
  /** As the folder is called. */
  readonly name: string
  /** In the navigation and the tab. */
  readonly title: string
  /** One line of what one does here. */
  readonly purpose: string
  readonly Icon: ComponentType<{ size?: number | string }>
  /** Place in the navigation, ascending. */
  readonly place: number
  /** What of the view stands in the address. Wrong values fall back, so that old links work. */
  readonly search: S
  /** Loaded when first shown. */
  readonly Page: LazyExoticComponent<ComponentType>
}

/** Checks the parts of a screen, and keeps the type of its search. */
export function defineScreen<S extends GenericSchema>(screen: WebScreen<S>): WebScreen<S> {
  return screen
}

const modules = import.meta.glob<{ default: WebScreen }>('../screens/*/web/screen.ts', {
  eager: true,
})

/** All screens, in the order of the navigation. */
export const screens: readonly WebScreen[] = Object.values(modules)
  .map((module) => module.default)
  .toSorted((a, b) => a.place - b.place)
