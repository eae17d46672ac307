/**
 * The API of the Backend screen: what the store can do, how it is, what it holds, what it keeps.
 */
import { Hono } from 'hono'
import { integer, minValue, number, object, optional, picklist, pipe, string } from 'valibot'
import { atMost, commandBytesMax } from '../../../server/body-limit.ts'
import type { OpenScreen, ServerScreen } from '../../../server/screen.ts'
import { valid } from '../../../server/valid.ts'
import type { World } from '../../../server/world.ts'
import { companionsOf } from './companions.ts'
import { ComparisonDesk } from './comparison.ts'
import { ConformanceDesk } from './conformance.ts'
import { runFoldersName } from './conformance-folder.ts'
import { lines } from './lines.ts'
import { UsageCount } from './usage.ts'
import { verification } from './verification.ts'
import type {
  StoreCapabilities,
  Usage,
  UsageProgress,
  Verification,
  VerifyProgress,
} from './wire.ts'

/** Progress of a count is told so often. */
const progressMs = 200

const conformanceRequest = object({
  target: picklist(['memory', 'file', 'azure', 's3']),
  durability: optional(picklist(['fsync', 'none'])),
  group: optional(string()),
  seed: optional(pipe(number(), integer(), minValue(0))),
})

const openRequest = object({ target: picklist(['azure', 's3']) })

function routesOf(world: World, desk: ConformanceDesk, comparison: ComparisonDesk) {
  const { storage, files } = world
  return new Hono()
    .get('/capabilities', (context) => {
      const { name, capabilities } = storage
      return context.json<StoreCapabilities>({ name, capabilities })
    })
    .get('/health', async (context) =>
      context.json(await storage.health({ signal: context.req.raw.signal })),
    )
    .get('/usage', (context) =>
      lines<UsageProgress, Usage>(context, (tell, signal) => usageOf(world, tell, signal)),
    )
    .get('/verify', (context) =>
      lines<VerifyProgress, Verification>(context, (tell, signal) =>
        verification(files, (progress) => void tell(progress), signal),
      ),
    )
    .get('/conformance', (context) => context.json(desk.state))
    .post(
      '/conformance',
      atMost(commandBytesMax),
      valid('json', conformanceRequest),
      async (context) => context.json(await desk.start(context.req.valid('json'))),
    )
    .post('/conformance/cancel', async (context) => context.json(await desk.cancel()))
    .get('/comparison', async (context) => context.json(await comparison.state()))
    .post(
      '/comparison/open',
      atMost(commandBytesMax),
      valid('json', openRequest),
      async (context) => context.json(await comparison.open(context.req.valid('json').target)),
    )
}

async function usageOf(
  { storage, clock }: World,
  tell: (progress: UsageProgress) => Promise<void>,
  signal: AbortSignal,
): Promise<Usage> {
  const usage = new UsageCount(clock.now())
  let toldMs = clock.monotonicMs()
  for await (const entry of storage.list({ signal })) {
    if (entry.kind === 'object') usage.add(entry)
    if (clock.monotonicMs() - toldMs < progressMs) continue
    toldMs = clock.monotonicMs()
    await tell(usage.progress)
  }
  return usage.result()
}

/** For the typed client of the page. */
export type BackendApi = ReturnType<typeof routesOf>

const screen: ServerScreen = {
  folders: [runFoldersName],
  open(world: World): OpenScreen {
    const companions = companionsOf(world)
    const desk = new ConformanceDesk(world, companions)
    const comparison = new ComparisonDesk(world, companions, desk)
    return {
      routes: routesOf(world, desk, comparison),
      async close() {
        // What runs there ends first.
        await desk.close()
        await companions.close()
      },
    }
  },
}

export default screen
