/** The API of the Operations screen: a lab with traffic, faults and layers to switch. */
import { Hono } from 'hono'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import type { OpenScreen, ServerScreen } from '../../../server/screen.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { Lab, labFolder } from './lab.ts'
import { faultSettings, layerSettings, loadSettings, presetRequest } from './settings.ts'

function routesOf(lab: Lab) {
  const limit = atMost(commandBytesMax)
  return new Hono()
    .get('/state', (context) => context.json(lab.whole))
    .post('/start', limit, valid('json', loadSettings), async (context) =>
      context.json(await lab.start(context.req.valid('json'))),
    )
    .post('/stop', async (context) => context.json(await lab.stop()))
    .post('/load', limit, valid('json', loadSettings), async (context) =>
      context.json(await lab.setLoad(context.req.valid('json'))),
    )
    .post('/faults', limit, valid('json', faultSettings), async (context) =>
      context.json(await lab.setFaults(context.req.valid('json'))),
    )
    .post('/faults/end', async (context) => context.json(await lab.endFaults()))
    .post('/layers', limit, valid('json', layerSettings), async (context) =>
      context.json(await lab.setLayers(context.req.valid('json'))),
    )
    .post('/preset', limit, valid('json', presetRequest), async (context) =>
      context.json(await lab.choose(context.req.valid('json'))),
    )
    .post('/totals/reset', async (context) => context.json(await lab.resetTotals()))
}

/** For the typed client of the page. */
export type OperationsApi = ReturnType<typeof routesOf>

const screen: ServerScreen = {
  folders: [labFolder],
  open(world: World): OpenScreen {
    const lab = new Lab(world)
    return { routes: routesOf(lab), close: () => lab.close() }
  },
}

export default screen
