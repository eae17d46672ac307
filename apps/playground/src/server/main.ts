/**
 * `npm start`: opens the data folder, serves the screens and the page on 127.0.0.1, and stops
 * cleanly on Ctrl-C.
 */
import type { AddressInfo } from 'node:net'
import { relative, resolve } from 'node:path'
import { serve, type ServerType } from '@hono/node-server'
import { isStorageError, systemClock } from '@aos-storage/core'
import open from 'open'
import { openApp } from './app.ts'
import { type Arguments, portDefault, readArguments, usage, UsageError } from './arguments.ts'
import { openAzure } from './azure.ts'
import { DataFolder, type SampleMarks } from './data-folder.ts'
import { watchOperations } from './operations.ts'
import { type PageFacts, readPage, servePage } from './page.ts'
import { findScreens, type NamedScreen } from './screen.ts'
import { besideName, bucketDefault, openS3 } from './s3.ts'
import { openWorld, storeName, type World } from './world.ts'

/** Requests that are still under way at the end get so long. */
const stopGraceMs = 2000

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}

async function main(args: readonly string[]): Promise<void> {
  const asked = readArguments(args)
  if (asked === 'help') {
    say(usage)
    return
  }
  const [built, screens] = await Promise.all([readPage(), findScreens()])
  const ownNames = [storeName, besideName, ...screens.flatMap(({ screen }) => screen.folders ?? [])]
  using folder = await DataFolder.open(resolve(asked.data), { ...asked, ownNames })
  await using azure = asked.isAzure ? await openAzure(say) : undefined
  await using s3 =
    asked.s3 === undefined
      ? undefined
      : await openS3(say, { bucket: asked.s3.bucket ?? bucketDefault, folder: folder.path })
  const remote = azure ?? s3
  const world = await openWorld(folder.path, { azure, s3 })
  await laySamples(world, screens, remote?.samples ?? folder)
  const watch = watchOperations(world.live, systemClock)
  const { live, notices } = world
  const store = JSON.stringify(world.place)
  const facts = (): PageFacts => ({
    ...{ store, lastEvent: live.lastId },
    notices: JSON.stringify(notices.all),
  })
  const page = servePage(built, facts)
  let port = 0
  const onUnexpected = (error: unknown): void => complain(`playground: ${inspect(error)}`)
  const app = openApp({ world, watch, screens, page, port: () => port, onUnexpected })
  const end = async (): Promise<void> => {
    await app.close()
    watch.stop()
  }
  const server = await listen(app.hono.fetch, asked).catch(async (error: unknown) => {
    // What is open would keep the program alive.
    await end()
    throw error
  })
  port = (server.address() as AddressInfo).port
  const url = `http://127.0.0.1:${port}/`
  // Before the URL is told: whoever reads it may stop us at once.
  const stopping = askedToStop()
  say(`playground: ${url}`)
  if (remote === undefined) {
    const place = relative(process.cwd(), folder.path)
    say(`playground: the data is in ${place.startsWith('..') ? folder.path : place || '.'}`)
  }
  say(`playground: Ctrl-C stops it${lostWith(world)}`)
  if (asked.isOpened) void openBrowser(url)
  await stopping
  say('playground: stopping')
  await stop(server, end)
  await world.close()
  say('playground: stopped')
}

/** What ends with it, data and all. */
function lostWith({ place }: World): string {
  if (place.storageType === 'azure' && place.connectionString !== undefined) {
    return ', and the Azurite with all its data'
  }
  const isGateway = place.storageType === 's3' && place.credentials !== undefined
  return isGateway ? ', and the S3 gateway with all its data' : ''
}

async function laySamples(
  world: World,
  screens: readonly NamedScreen[],
  marks: SampleMarks,
): Promise<void> {
  for (const { name, screen } of screens) {
    if (screen.laySamples === undefined || marks.hasSamplesOf(name)) continue
    await screen.laySamples(world)
    await marks.rememberSamplesOf(name)
  }
}

/** Listens on the port that was asked for, or else on the usual one or any. @throws UsageError */
async function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  { port }: Arguments,
): Promise<ServerType> {
  const attempt = (at: number): Promise<ServerType> =>
    new Promise((done, fail) => {
      const server = serve({ fetch, hostname: '127.0.0.1', port: at }, () => done(server))
      server.once('error', fail)
    })
  try {
    return await attempt(port ?? portDefault)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (port === undefined && code === 'EADDRINUSE') return attempt(0)
    throw new UsageError(
      `port ${port ?? portDefault} cannot be had (${code}); give another one with --port.`,
    )
  }
}

async function openBrowser(url: string): Promise<void> {
  // Nobody sees a browser that a script or a remote shell opens.
  const isAtScreen = process.stdout.isTTY && process.env['CI'] === undefined
  const hasScreen =
    process.platform !== 'linux' ||
    process.env['DISPLAY'] !== undefined ||
    process.env['WAYLAND_DISPLAY'] !== undefined
  if (!isAtScreen || !hasScreen) return
  // The URL is on the terminal: a browser that does not open is no failure.
  await open(url).then(
    (child) => child.once('error', () => undefined),
    () => undefined,
  )
}

function askedToStop(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        // A second one does not wait.
        process.once(signal, () => process.exit(130))
        done()
      })
    }
  })
}

async function stop(server: ServerType, end: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  await end()
  const late = setTimeout(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
  }, stopGraceMs)
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  await closed
  clearTimeout(late)
}

function inspect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const isTold = error instanceof UsageError || isStorageError(error)
  complain(`playground: ${isTold ? error.message : inspect(error)}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
