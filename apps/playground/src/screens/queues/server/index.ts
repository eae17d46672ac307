/** The Queues screen's server: queues to look at, to send to, to consume, by hand or not. */
import type { ServerScreen } from '../../../server/screen.ts'
import { openQueuesScreen } from './routes.ts'
import { laySamples } from './samples.ts'

export type { QueuesApi } from './routes.ts'

const screen: ServerScreen = {
  laySamples: ({ queues }) => laySamples(queues),
  open: openQueuesScreen,
}

export default screen
