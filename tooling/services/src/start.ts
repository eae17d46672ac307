/** Starts a service from its binaries, in a folder of its own, and waits until it answers. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { ServiceDefinition, StartContext } from './definition.ts'
import { freePort } from './port.ts'
import { shownUrl } from './shown-url.ts'
import { Supervised } from './supervised.ts'

/** A server that this process started. */
export interface StartedService {
  readonly url: string
  readonly supervised: Supervised
  readonly context: StartContext
}

/** A free port can be lost to another process before the server binds it. */
const attemptsMax = 3

export async function startService(
  definition: ServiceDefinition,
  binaries: Readonly<Record<string, string>>,
): Promise<StartedService> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptStart(definition, binaries)
    } catch (error) {
      if (!(error instanceof EndedEarly) || attempt === attemptsMax) throw error
    }
  }
}

/** A server that ended while it should have come up: its port may have been lost. */
class EndedEarly extends Error {}

async function attemptStart(
  definition: ServiceDefinition,
  binaries: Readonly<Record<string, string>>,
): Promise<StartedService> {
  const folder = await mkdtemp(join(tmpdir(), `aos-${definition.name}-`))
  const supervised = new Supervised(folder, definition.stopGraceMs)
  const context = contextOf(supervised, folder, binaries, definition.readyTimeoutMs)
  const alive = (): Promise<unknown> => supervised.ask({ type: 'check' })
  try {
    const url = await definition.start(context)
    await untilReady(definition, url, alive)
    return { url, supervised, context }
  } catch (cause) {
    const ended = await alive().then(() => undefined, String)
    const logs = await logsOf(folder)
    await supervised.stop()
    const message = `${definition.name} did not start.`
    if (ended !== undefined) throw new EndedEarly(`${message} ${ended}. ${logs}`, { cause })
    throw new Error(`${message} ${logs}`, { cause })
  }
}

function contextOf(
  supervised: Supervised,
  folder: string,
  binaries: Readonly<Record<string, string>>,
  timeoutMs: number,
): StartContext {
  const pathOf = (binary: string): string => binaries[binary] ?? binary
  return {
    folder,
    binaries,
    freePort,
    async spawn(binary, args, env = {}) {
      await supervised.ask({ type: 'spawn', binary: pathOf(binary), args, env })
    },
    run: (binary, args) => supervised.ask({ type: 'run', binary: pathOf(binary), args, timeoutMs }),
  }
}

/** Probes until the server answers; rejects with the last refusal, or when `alive` rejects. */
export async function untilReady(
  definition: ServiceDefinition,
  url: string,
  alive: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const deadline = performance.now() + definition.readyTimeoutMs
  for (;;) {
    try {
      await definition.probe(url)
      return
    } catch (cause) {
      if (performance.now() > deadline) {
        const message = `${definition.name} at ${shownUrl(url)} gave no answer`
        throw new Error(`${message} in ${definition.readyTimeoutMs} ms.`, { cause })
      }
      await alive()
      await sleep(5)
    }
  }
}

async function logsOf(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log'))
  const tails = names.map(async (name) => {
    const text = await readFile(join(folder, name), 'utf8')
    return `${name}:\n${text.slice(-2000)}`
  })
  return (await Promise.all(tails)).join('\n')
}
