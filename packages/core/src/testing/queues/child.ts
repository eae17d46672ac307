/** The program of a child process of the queues' kit; see `child-program.ts`. */
import type { QueueBackend } from '../../queues/backend.ts'
import { type Handlers, serveChild } from '../child-program.ts'
import type { QueueChildCommands } from './child-commands.ts'

const text = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString()

function handlersOf(
  backend: QueueBackend,
  progress: (value: number) => Promise<void>,
): Handlers<QueueChildCommands> {
  return {
    async receiveAll({ queue, visibilitySeconds }) {
      const bodies: string[] = []
      for (;;) {
        const messages = await backend.receive(queue, { max: 3, visibilitySeconds })
        if (messages.length === 0) return { bodies }
        bodies.push(...messages.map(({ body }) => text(body)))
      }
    },
    async receive({ queue, max, visibilitySeconds }) {
      const messages = await backend.receive(queue, { max, visibilitySeconds })
      return { ids: messages.map(({ id }) => id) }
    },
    async sendForever({ queue }) {
      for (let number = 0; ; number++) {
        await backend.send(queue, Buffer.from(String(number)))
        await progress(number)
      }
    },
    async handleForever({ queue, visibilitySeconds }) {
      for (let count = 0; ;) {
        const messages = await backend.receive(queue, { max: 16, visibilitySeconds })
        if (messages.length === 0) return { count }
        for (const { id, receipt, body } of messages) {
          await backend.delete(queue, id, receipt)
          await progress(Number(text(body)))
          count++
        }
      }
    },
  }
}

await serveChild<QueueChildCommands>(handlersOf)
