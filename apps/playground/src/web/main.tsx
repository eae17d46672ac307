/** The page begins here. */
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './page.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { StorePlace } from '../server/place.ts'
import { followOperations } from './actions.ts'
import { request } from './api.ts'
import { startLive } from './live.ts'
import { followLostParts } from './lost-part.ts'
import { nonce } from './nonce.ts'
import { pageFact } from './page-fact.ts'
import { followGaps, queries } from './queries.ts'
import { router } from './router.tsx'
import { setStorePlace } from './store-place.ts'
import { theme, variables } from './theme.ts'

setStorePlace(JSON.parse(pageFact('store')) as StorePlace)
followLostParts()
followOperations()
followGaps(learnStorePlace)
startLive(pageFact('last-event'))

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-right" limit={4} />
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)

/** Pieces of code name the store that this page shows. Never rejects: the old one stays. */
async function learnStorePlace(): Promise<void> {
  try {
    setStorePlace((await (await request('/api/about', 'page')).json()) as StorePlace)
  } catch {
    // The frame of the page tells of a server that is gone again.
  }
}
