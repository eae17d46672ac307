/** The API of the screen, over the parts that do the work. */
import { Hono } from 'hono'
import type { OpenScreen } from '../../../server/screen.ts'
import type { World } from '../../../server/world.ts'
import { extraRoutes } from './extra-routes.ts'
import { historyRoutes } from './history-routes.ts'
import { listingRoutes } from './listing-routes.ts'
import { objectRoutes } from './object-routes.ts'
import { transferRoutes } from './transfer-routes.ts'
import { Transfers } from './transfer/transfers.ts'
import { type JournalOptions, UndoJournal } from './undo/journal.ts'
import { uploadRoutes } from './upload-routes.ts'
import { UploadSessions } from './uploads/sessions.ts'
import { WholeUploads } from './uploads/whole.ts'
import { writeRoutes } from './write-routes.ts'

interface Parts {
  readonly journal: UndoJournal
  readonly uploads: UploadSessions
  readonly transfers: Transfers
}

function routesOf(world: World, { journal, uploads, transfers }: Parts) {
  const whole = new WholeUploads()
  return new Hono()
    .route('/', listingRoutes(world.storage))
    .route('/', objectRoutes(world))
    .route('/', writeRoutes(world, journal, whole))
    .route('/', uploadRoutes(world, uploads, whole))
    .route('/', transferRoutes(transfers, journal))
    .route('/', extraRoutes(world, journal))
    .route('/', historyRoutes(world.storage, journal))
}

/** What the page's client knows of the API: `hc<ObjectsApi>('/api/objects')`. */
export type ObjectsApi = ReturnType<typeof routesOf>

/** Opens the screen. Its close stops transfers and uploads, and forgets what was kept for undo. */
export function openObjects(world: World, options: JournalOptions = {}): OpenScreen {
  const { storage, clock } = world
  const journal = new UndoJournal({ clock, ...options })
  const uploads = new UploadSessions(storage, journal, clock)
  const transfers = new Transfers(storage, journal, clock)
  return {
    routes: routesOf(world, { journal, uploads, transfers }),
    async close() {
      await Promise.all([uploads.close(), transfers.close()])
      await journal.close()
    },
  }
}
