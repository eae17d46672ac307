/** Addresses: one path a screen, and the state of its view in the search part. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { Suspense } from 'react'
import { fallback, object, optional } from 'valibot'
import { flag, parseSearch, stringifySearch } from './address.ts'
import { Empty } from './empty.tsx'
import { Failed } from './failed.tsx'
import { screens, type WebScreen } from './screen.ts'
import { Shell } from './shell.tsx'

/** `trace`: the drawer with the last actions is open. */
const shellSearch = object({ trace: fallback(optional(flag), undefined) })

const root = createRootRoute({
  component: Shell,
  validateSearch: shellSearch,
  // A link names the view that it leads to; whether the drawer is open is no part of that.
  search: { middlewares: [retainSearchParams(['trace'])] },
  notFoundComponent: () => (
    <Empty title="There is no such page">Choose a screen from the navigation.</Empty>
  ),
  errorComponent: Failed,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: ({ search }) => {
    redirect({ to: `/${screens[0]?.name ?? ''}`, search, replace: true, throw: true } as never)
  },
})

function routeOf({ name, search, Page }: WebScreen): ReturnType<typeof createRoute> {
  return createRoute({
    getParentRoute: () => root,
    path: name,
    validateSearch: search as never,
    errorComponent: Failed,
    component: () => (
      <Suspense fallback={null}>
        <Page />
      </Suspense>
    ),
  }) as never
}

export const router: ReturnType<typeof createRouter> = createRouter({
  routeTree: root.addChildren([home, ...screens.map(routeOf)]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
  scrollRestoration: false,
}) as never
