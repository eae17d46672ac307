/** Starts a service from its binaries, in a folder of its own, and waits until it answers. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import type { ServiceDefinition } from './definition.ts'
import { freePort } from './port.ts'
import { shownUrl } from './shown-url.ts'
import { Supervised } from './supervised.ts'

/** A server that this process started. */
export interface StartedService {
  readonly url: string
  readonly folder: string
  readonly supervised: Supervised
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
      const retry = error instanceof Error && error.cause instanceof EndedEarly
      if (!retry || attempt === attemptsMax) throw error
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
  const supervised = new Supervised(folder)
  const pathOf = (binary: string): string => binaries[binary] ?? binary
  try {
    const url = await definition.start({
      folder,
      binaries,
      freePort,
      spawn: (binary, args, env = {}) =>
        supervised.ask({ type: 'spawn', binary: pathOf(binary), args, env }),
      run: async (binary, args) =>
        (await promisify(execFile)(pathOf(binary), args, { cwd: folder })).stdout,
    })
    await untilReady(definition, url, async () => {
      await supervised.ask({ type: 'check' }).catch((cause: unknown) => {
        throw new EndedEarly(String(cause), { cause })
      })
    })
    return { url, folder, supervised }
  } catch (cause) {
    const logs = await logsOf(folder)
    await supervised.stop()
    throw new Error(`${definition.name} did not start. ${logs}`, { cause })
  }
}

/** Probes until the server answers; rejects with the last refusal, or when `alive` rejects. */
export async function untilReady(
  definition: ServiceDefinition,
  url: string,
  alive: () => Promise<void> = () => Promise.resolve(),
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
