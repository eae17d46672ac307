/** The API of the Migration screen: bring objects to another store, and see how it goes. */
import { Hono } from 'hono'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import type { OpenScreen, ServerScreen } from '../../../server/screen.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { migrationFolder, Migrations } from './migrations.ts'
import { migrationPlan, recordRequest, sampleSettings, storeRequest } from './requests.ts'

function routesOf(migrations: Migrations) {
  const limit = atMost(commandBytesMax)
  return new Hono()
    .get('/state', async (context) => context.json(await migrations.whole()))
    .get('/stores', async (context) => context.json(await migrations.stores()))
    .post('/preview', limit, valid('json', migrationPlan), async (context) =>
      context.json(await migrations.preview(context.req.valid('json'))),
    )
    .post('/start', limit, valid('json', migrationPlan), async (context) =>
      context.json(await migrations.start(context.req.valid('json'))),
    )
    .post('/go-on', limit, valid('json', recordRequest), async (context) =>
      context.json(await migrations.goOn(context.req.valid('json').id)),
    )
    .post('/sample', limit, valid('json', sampleSettings), async (context) =>
      context.json(await migrations.makeSample(context.req.valid('json'))),
    )
    .post('/pause', async (context) => context.json(await migrations.pause()))
    .post('/resume', async (context) => context.json(await migrations.resume()))
    .post('/stop', async (context) => context.json(await migrations.stop()))
    .post('/forget', limit, valid('json', recordRequest), async (context) =>
      context.json(await migrations.forget(context.req.valid('json').id)),
    )
    .post('/stores/delete', limit, valid('json', storeRequest), async (context) =>
      context.json(await migrations.removeStore(context.req.valid('json').place)),
    )
}

/** For the typed client of the page. */
export type MigrationApi = ReturnType<typeof routesOf>

const screen: ServerScreen = {
  folders: [migrationFolder],
  open(world: World): OpenScreen {
    const migrations = new Migrations(world)
    return { routes: routesOf(migrations), close: () => migrations.close() }
  },
}

export default screen
