/** The server as a function from request to answer: screens, the live feed, the page. */
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { streamSSE } from 'hono/streaming'
import { actionHeader, asAction } from './actions.ts'
import type { LiveEvent, Listener } from './live.ts'
import type { OperationWatch } from './operations.ts'
import type { StorePlace } from './place.ts'
import { type Problem, problemOf, subjectOf } from './problem.ts'
import type { NamedScreen, OpenScreen } from './screen.ts'
import { refuseForeign, secureHeaders } from './security.ts'
import type { World } from './world.ts'

/** A page that got nothing for so long is told that the line is alive. */
const heartbeatMs = 15_000

export interface AppParts {
  readonly world: World
  readonly watch: OperationWatch
  readonly screens: readonly NamedScreen[]
  /** The page, when there is one: tests of the API do without. */
  readonly page?: Hono | undefined
  /** The port that requests must name. */
  readonly port: () => number
  /** Gets what nobody expected. */
  readonly onUnexpected: (error: unknown) => void
}

export interface App {
  readonly hono: Hono
  /** Ends the screens and the open live feeds. */
  close(): Promise<void>
}

/** Puts the app together. */
export function openApp({ world, watch, screens, page, port, onUnexpected }: AppParts): App {
  const end = new AbortController()
  const hono = new Hono()
  hono.onError((error, context) => {
    const { status, problem } = problemOf(error, subjectOf(context.req.path))
    if (problem.code === 'INTERNAL') onUnexpected(error)
    return context.json({ error: problem }, status)
  })
  hono.use(secureHeaders, refuseForeign(port), freeUnsent)
  hono.use('/api/*', (context, next) => asAction(context.req.header(actionHeader), next))
  hono.get('/api/live', liveFeed(world, end.signal))
  hono.get('/api/about', (context) => context.json<StorePlace>(world.place))
  hono.get('/api/notices', (context) => context.json(world.notices.all))
  hono.get('/api/pulses', (context) => context.json(watch.pulses))
  const open: OpenScreen[] = screens.map(({ name, screen }) => {
    const opened = screen.open(world)
    hono.route(`/api/${name}`, opened.routes)
    return opened
  })
  hono.all('/api/*', (context) => {
    const message = `There is no ${context.req.method} ${context.req.path}.`
    const error: Problem = { code: 'NO_ROUTE', message, fix: 'Reload the page: it may be old.' }
    return context.json({ error }, 404)
  })
  if (page !== undefined) hono.route('/', page)
  return {
    hono,
    async close() {
      end.abort()
      await Promise.all(open.map(async (each) => each.close?.()))
    },
  }
}

/**
 * Hono answers a HEAD by the handler of the GET, and drops the body: a stream that nobody will read
 * would wait forever, with what it holds.
 */
const freeUnsent: MiddlewareHandler = async (context, next) => {
  await next()
  if (context.req.method === 'HEAD') await context.res.body?.cancel()
}

/** Server-sent events. A page that comes back names its last id, in the header or the address. */
function liveFeed(world: World, end: AbortSignal): Handler {
  return (context) => {
    const lastId = context.req.header('last-event-id') ?? context.req.query('after')
    const listener = world.live.listen(lastId)
    context.header('cache-control', 'no-store')
    return streamSSE(context, async (stream) => {
      stream.onAbort(listener.close)
      end.addEventListener('abort', listener.close)
      let isBeating = false
      const beat = setInterval(() => {
        // A page that does not read would gather one after the other.
        if (isBeating) return
        isBeating = true
        void stream.write(': alive\n\n').finally(() => (isBeating = false))
      }, heartbeatMs)
      try {
        for await (const event of eventsOf(listener)) {
          const { id, ...content } = event
          await stream.writeSSE({ id, data: JSON.stringify(content) })
        }
      } finally {
        clearInterval(beat)
        end.removeEventListener('abort', listener.close)
        listener.close()
      }
    })
  }
}

async function* eventsOf(listener: Listener): AsyncGenerator<LiveEvent, void, undefined> {
  for (;;) {
    await listener.wait()
    const events = listener.take()
    if (events === undefined) return
    yield* events
  }
}
