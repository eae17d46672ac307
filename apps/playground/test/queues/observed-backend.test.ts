/** A queue backend that is watched, and cut off as by a crash. */
import { MemoryQueueBackend, type ReceivedMessage } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { observed } from '../../src/screens/queues/server/observed-backend.ts'

const body = Uint8Array.of(1, 2, 3)

it('tells what succeeded, and reaches the queues no more once it is cut', async () => {
  const inner = new MemoryQueueBackend()
  await inner.createQueue('orders')
  const seen: unknown[] = []
  const backend = observed(inner, {
    onSend: (queue, sent) => seen.push(['send', queue, sent.byteLength]),
    onReceive: (messages) => seen.push(['receive', messages.length]),
    onUpdate: (id, _, { visibilitySeconds }) => seen.push(['update', id, visibilitySeconds]),
    onDelete: (id) => seen.push(['delete', id]),
  })
  await backend.send('orders', body)
  const [message] = (await backend.receive('orders')) as [ReceivedMessage]
  const { id } = message
  const { receipt } = await backend.update('orders', id, message.receipt, {
    visibilitySeconds: 30,
  })
  const refused = backend.delete('orders', id, message.receipt)
  await expect(refused).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
  backend.cut()
  const calls = [
    () => backend.delete('orders', id, receipt),
    () => backend.update('orders', id, receipt, { visibilitySeconds: 0 }),
    () => backend.send('orders', body),
    () => backend.receive('orders'),
    () => backend.length('orders'),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'CLOSED' })
  expect(seen).toEqual([
    ['send', 'orders', 3],
    ['receive', 1],
    ['update', id, 30],
  ])
  expect(await inner.length('orders')).toBe(1)
  // It is somebody else's to close.
  await backend.close()
  expect((await inner.health()).ok).toBe(true)
})
