/** Redis: one process, no persistence, up in about 15 ms. Valkey speaks the same. */
import { once } from 'node:events'
import { connect } from 'node:net'

import type { ServiceDefinition } from './definition.ts'
import { shownUrl } from './shown-url.ts'

export const redis: ServiceDefinition = {
  name: 'redis',
  urlVariable: 'AOS_REDIS_URL',
  binaries: ['redis-server'],
  aptPackages: ['redis-server'],
  readyTimeoutMs: 10_000,

  async start({ folder, freePort, spawn }) {
    const port = await freePort()
    const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
    await spawn('redis-server', args)
    return `redis://127.0.0.1:${port}`
  },

  async probe(url) {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port || 6379) })
    socket.setTimeout(1000, () =>
      socket.destroy(new Error(`no answer from ${shownUrl(url)} in 1000 ms`)),
    )
    try {
      await once(socket, 'connect')
      socket.write('PING\r\n')
      const [answer] = (await once(socket, 'data')) as [Buffer]
      // A server that wants a password is up too; the client brings the password of the URL.
      if (!/^(\+PONG|-NOAUTH)/.test(answer.toString())) {
        throw new Error(
          `${shownUrl(url)} answers PING with ${answer.toString().trim()}: it is no Redis.`,
        )
      }
    } finally {
      socket.destroy()
    }
  },
}
