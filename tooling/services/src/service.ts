/** A real server in the hands of a test. */
import { availabilityOf, fixFor, install } from './availability.ts'
import type { ServiceDefinition } from './definition.ts'
import { services, type ServiceName } from './registry.ts'
import { shownUrl } from './shown-url.ts'
import { startService, untilReady, type StartedService } from './start.ts'

export interface Service {
  readonly name: string
  /** `redis://127.0.0.1:41234`. */
  readonly url: string
  /** `environment`: somebody's server that may hold other data; only `stop` works, as a no-op. */
  readonly origin: 'environment' | 'started'
  /** Process ids of the server, empty for one from the environment. */
  readonly pids: readonly number[]
  /** The server's folder, undefined for one from the environment. */
  readonly folder: string | undefined
  /**
   * kill -9: a crash. The URL and the folder stay. With the name of a program (`radosgw`) only that
   * one of the service's processes, here and below.
   */
  kill(name?: string): Promise<void>
  /** Starts again what has ended, at the same URL, on the same folder. */
  restart(name?: string): Promise<void>
  /** SIGSTOP: the server hangs, its connections stay open. */
  pause(name?: string): Promise<void>
  resume(name?: string): Promise<void>
  /** Stops it and removes its folder. Happens by itself when the test process ends. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface UseServiceOptions {
  /** A server of one's own, also when the environment names one: to kill or pause it. */
  readonly own?: boolean | undefined
}

/** Thrown when a service cannot be had here; the message tells how to have it. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable'
}

/** Finds a service or starts one. Rejects with {@link ServiceUnavailable} when there is none. */
export async function useService(
  name: ServiceName,
  options: UseServiceOptions = {},
): Promise<Service> {
  return serviceOf(services[name], options)
}

/** {@link useService} for a definition that is not in the registry. */
export async function serviceOf(
  definition: ServiceDefinition,
  { own = false }: UseServiceOptions = {},
): Promise<Service> {
  const env = own ? { ...process.env, [definition.urlVariable]: undefined } : process.env
  let found = availabilityOf(definition, env)
  if (found.how === 'environment') {
    await untilReady(definition, found.url)
    return foreign(definition, found.url)
  }
  if (found.how === 'installable') {
    await install(definition)
    found = availabilityOf(definition, { ...env, AOS_INSTALL_SERVICES: '0' })
  }
  if (found.how === 'binary')
    return started(definition, await startService(definition, found.binaries))
  throw new ServiceUnavailable(
    found.how === 'missing'
      ? `${definition.name}: ${found.reason}. ${found.fix}.`
      : `${definition.name}: apt-get brought no ${definition.binaries.join(', ')}.`,
  )
}

function started(
  definition: ServiceDefinition,
  { url, supervised, context }: StartedService,
): Service {
  const stop = (): Promise<void> => supervised.stop()
  const send = async (signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT', name?: string): Promise<void> => {
    await supervised.ask({ type: 'signal', signal, name })
  }
  const alive = (): Promise<unknown> => supervised.ask({ type: 'check' })
  let isAllGone = false
  return {
    name: definition.name,
    url,
    folder: context.folder,
    origin: 'started',
    get pids() {
      return supervised.pids
    },
    async kill(name) {
      await send('SIGKILL', name)
      isAllGone ||= name === undefined
    },
    async restart(name) {
      if (isAllGone && definition.restart !== undefined) {
        // Also what an earlier restart left that failed half-way.
        await send('SIGKILL')
        await supervised.ask({ type: 'forget' })
        await definition.restart(context, url)
      } else {
        await supervised.ask({ type: 'respawn', name })
      }
      isAllGone = false
      // Of a service that starts again as a whole every process must live.
      await untilReady(definition, url, name === undefined ? alive : undefined)
    },
    pause: (name) => send('SIGSTOP', name),
    resume: (name) => send('SIGCONT', name),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function foreign(definition: ServiceDefinition, url: string): Service {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new Error(
        `${definition.name} at ${shownUrl(url)} comes from ${definition.urlVariable} and is not ` +
          `ours to kill or pause; ask for { own: true }. ${fixFor(definition)}.`,
      ),
    )
  const nothing = (): Promise<void> => Promise.resolve()
  return {
    name: definition.name,
    url,
    folder: undefined,
    origin: 'environment',
    pids: [],
    kill: refuse,
    restart: refuse,
    pause: refuse,
    resume: refuse,
    stop: nothing,
    [Symbol.asyncDispose]: nothing,
  }
}
