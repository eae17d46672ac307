/** The Objects screen's server: what is stored, to look at, change, move, and take back. */
import type { ServerScreen } from '../../../server/screen.ts'
import { openObjects } from './routes.ts'
import { laySamples } from './samples/lay.ts'

export type { ObjectsApi } from './routes.ts'

const screen: ServerScreen = {
  laySamples: ({ storage }) => laySamples(storage),
  open: (world) => openObjects(world),
}

export default screen
