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
import { followOperations } from './actions.ts'
import { request } from './api.ts'
import { startLive } from './live.ts'
import { nonce } from './nonce.ts'
import { followGaps, queries } from './queries.ts'
import { router } from './router.tsx'
import { setStorePath } from './store-place.ts'
import { theme, variables } from './theme.ts'

followOperations()
followGaps()
startLive()
void learnStorePath()

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

/** Pieces of code name the store that this page shows. */
async function learnStorePath(): Promise<void> {
  const response = await request('/api/about', 'page').catch(() => undefined)
  if (response === undefined) return
  setStorePath(((await response.json()) as { basePath: string }).basePath)
}
