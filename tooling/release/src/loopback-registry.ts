/**
 * A registry of our own on 127.0.0.1, in a folder of its own, inside this process, so that it ends
 * with it. One user may publish, the one that it is opened with. Our packages come only from here;
 * all others from the registry that this machine is set up with.
 */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

export interface LoopbackRegistry extends AsyncDisposable {
  readonly url: string
  /** An `.npmrc` with which to publish. */
  readonly publisherConfig: string
  /** An `.npmrc` of who only installs. */
  readonly userConfig: string
}

export interface RegistryOptions {
  readonly folder: string
  /** The names that are published here. */
  readonly ownPackages: readonly string[]
  /** The URL of the registry for everything else. */
  readonly uplink: string
}

const publisher = 'publisher'

export async function openRegistry(options: RegistryOptions): Promise<LoopbackRegistry> {
  const { folder } = options
  mkdirSync(folder, { recursive: true })
  const server = (await runServer(configOf(options))) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const publisherConfig = join(folder, 'publisher.npmrc')
  const userConfig = join(folder, 'user.npmrc')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  try {
    const token = await firstUser(url)
    writeFileSync(userConfig, `registry=${url}\n`)
    const authority = url.slice('http:'.length)
    writeFileSync(publisherConfig, `registry=${url}\n${authority}:_authToken=${token}\n`)
  } catch (error) {
    await close()
    throw error
  }
  return { url, publisherConfig, userConfig, [Symbol.asyncDispose]: close }
}

function configOf({ folder, ownPackages, uplink }: RegistryOptions): Record<string, unknown> {
  const own = { access: '$all', publish: publisher, unpublish: 'nobody' }
  return {
    storage: join(folder, 'storage'),
    self_path: join(folder, 'config.yaml'),
    configPath: join(folder, 'config.yaml'),
    web: { enable: false },
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { outer: { url: uplink, timeout: '60s', max_fails: 20, maxage: '30m' } },
    packages: {
      ...Object.fromEntries(ownPackages.map((name) => [name, own])),
      '**': { access: '$all', publish: 'nobody', unpublish: 'nobody', proxy: 'outer' },
    },
    max_body_size: '50mb',
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  }
}

/** Makes the user who may publish. */
async function firstUser(url: string): Promise<string> {
  const body = JSON.stringify({ name: publisher, password: crypto.randomUUID() })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}-/user/org.couchdb.user:${publisher}`, {
    method: 'PUT',
    headers,
    body,
  })
  const { token } = (await response.json()) as { token?: string }
  if (token === undefined) throw new Error(`The registry made no user: HTTP ${response.status}.`)
  return token
}

/** The versions that a registry has; none for a package that it does not know. */
export async function versionsIn(url: string, name: string): Promise<string[]> {
  const response = await fetch(`${url}${name.replace('/', '%2f')}`)
  if (response.status === 404) return []
  if (!response.ok) throw new Error(`The registry answers ${response.status} for ${name}.`)
  const { versions } = (await response.json()) as { versions: Record<string, unknown> }
  return Object.keys(versions)
}
