/**
 * The playground over a service in memory that has versions, tiers and links: a program of its own,
 * which takes the flags of the real one as far as tests give them.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { serve, type ServerType } from '@hono/node-server'
import { systemClock } from '@aos-storage/core'
import { openApp } from '../../../src/server/app.ts'
import { watchOperations } from '../../../src/server/operations.ts'
import { readPage, servePage } from '../../../src/server/page.ts'
import { findScreens } from '../../../src/server/screen.ts'
import { openWorld } from '../../../src/server/world.ts'
import { extraWorld } from '../../objects/support/extra-world.ts'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    data: { type: 'string' },
    port: { type: 'string', default: '0' },
    open: { type: 'boolean' },
  },
})
const opened = await openWorld(values.data!)
const { world, backend } = extraWorld(opened)
const [built, screens] = await Promise.all([readPage(), findScreens()])
const watch = watchOperations(world.live, systemClock)
const facts = () => ({
  ...{ store: JSON.stringify(world.place), lastEvent: world.live.lastId },
  notices: JSON.stringify(world.notices.all),
})
let port = 0
const app = openApp({
  ...{ world, watch, screens, page: servePage(built, facts), port: () => port },
  onUnexpected: (error) => process.stderr.write(`playground: ${String(error)}\n`),
})
// The hours of a restoration are over when a test says so.
process.on('SIGUSR2', () => backend.endRestoring('docs/archived'))
const server = await new Promise<ServerType>((done) => {
  const listening = serve(
    { fetch: app.hono.fetch, hostname: '127.0.0.1', port: Number(values.port) },
    () => done(listening),
  )
})
port = (server.address() as AddressInfo).port
process.stdout.write(`playground: http://127.0.0.1:${port}/\n`)
await once(process, 'SIGINT')
server.close()
await app.close()
watch.stop()
await opened.close()
process.exit(0)
