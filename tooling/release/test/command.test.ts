import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, it } from 'vitest'

import { CommandFailed, run } from '../src/command.ts'

const options = { cwd: import.meta.dirname, env: { PATH: process.env['PATH'] } }
const node = process.execPath

it('gives what a command wrote, and the end of it when it failed', async () => {
  const { signal } = new AbortController()
  expect(await run(node, ['-p', '1 + 1'], { ...options, signal })).toBe('2\n')
  const failing = run(node, ['-e', 'console.log("why"); process.exit(3)'], { ...options, signal })
  await expect(failing).rejects.toThrow(CommandFailed)
  await expect(failing).rejects.toThrow(/ended with 3:\nwhy/)
  await expect(run('no-such-command', [], { ...options, signal })).rejects.toThrow('ENOENT')
})

it('ends a command with all that it started when the signal fires', async () => {
  const stop = new AbortController()
  // The grandchild is there as long as its connection is.
  const connected = Promise.withResolvers<Socket>()
  const server = createServer((socket) => connected.resolve(socket.on('error', () => undefined)))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const grandchild = `require('node:net').connect(${port}, '127.0.0.1')`
  const child = `require('node:child_process')
    .spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}])
    setInterval(() => {}, 1000)`
  const running = run(node, ['-e', child], { ...options, signal: stop.signal })
  const socket = await connected.promise
  const gone = new Promise((resolve) => socket.resume().once('close', resolve))
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await gone
  server.close()
})
