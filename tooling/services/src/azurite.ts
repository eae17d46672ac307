/**
 * Azurite: Azure's blobs, tables and queues in one Node process, in memory; up in about two
 * seconds. It comes from the package registry with the workspace, so that it is always there.
 *
 * Its "URL" is a connection string, because there are three endpoints. The account and its key are
 * public: Microsoft documents them for every emulator.
 *
 * Where it differs from Azure (no versions, no soft delete, rehydrates at once, loses what it did
 * in the last five seconds before a kill -9) the tests that meet it say so.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'

import type { ServiceDefinition } from './definition.ts'

/** https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key */
const account = 'devstoreaccount1'
const accountKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

const endpoints = ['BlobEndpoint', 'QueueEndpoint', 'TableEndpoint'] as const

export const azurite: ServiceDefinition = {
  name: 'azurite',
  urlVariable: 'AOS_AZURE_CONNECTION_STRING',
  binaries: ['node'],
  aptPackages: [],
  readyTimeoutMs: 60_000,

  async start({ freePort, spawn }) {
    const ports = [await freePort(), await freePort(), await freePort()] as const
    const script = join(import.meta.dirname, 'azurite-program.mjs')
    const listen = ['blob', 'queue', 'table'].flatMap((service, at) => [
      ...[`--${service}Host`, '127.0.0.1', `--${service}Port`, String(ports[at])],
    ])
    // The SDK is younger than Azurite, and asks for a version of the service that it cannot know.
    const flags = ['silent', 'disableTelemetry', 'inMemoryPersistence', 'skipApiVersionCheck']
    const args = [script, ...flags.map((flag) => `--${flag}`), ...listen]
    // The condition that tests resolve sources by is none of its business.
    await spawn('node', args, { NODE_OPTIONS: '' })
    const parts = endpoints.map((name, at) => `${name}=http://127.0.0.1:${ports[at]}/${account}`)
    const protocol = 'DefaultEndpointsProtocol=http'
    return [protocol, `AccountName=${account}`, `AccountKey=${accountKey}`, ...parts].join(';')
  },

  async probe(connectionString) {
    for (const name of endpoints) {
      const text = new RegExp(`(?:^|;)${name}=([^;]+)`).exec(connectionString)?.[1]
      if (text === undefined) {
        throw new Error(`AOS_AZURE_CONNECTION_STRING has no ${name}; give all three endpoints.`)
      }
      const { hostname, port, protocol } = new URL(text)
      const socket = connect({
        host: hostname,
        port: Number(port || (protocol === 'https:' ? 443 : 80)),
      })
      socket.setTimeout(1000, () => socket.destroy(new Error(`no answer of ${name} in 1000 ms`)))
      try {
        await once(socket, 'connect')
        // A request without credentials is answered, with a refusal, by whoever speaks HTTP.
        socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
        const [answer] = (await once(socket, 'data')) as [Buffer]
        if (!answer.toString('latin1').startsWith('HTTP/1.1 ')) {
          throw new Error(`${name} does not speak HTTP.`)
        }
      } finally {
        socket.destroy()
      }
    }
  },
}
