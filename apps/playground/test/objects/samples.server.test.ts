import { expect, it } from 'vitest'
import { laySamples } from '../../src/screens/objects/server/samples/lay.ts'
import type { ObjectDetails, ValueText } from '../../src/screens/objects/server/wire.ts'
import { openObjectsApp } from './support/open-objects.ts'

it('are laid once, and never over what is there', async () => {
  const objects = await openObjectsApp()
  const { storage } = objects.world
  await storage.save('agent_configs/ceo', { mine: true })
  await storage.save('knowledge/documents/q2_strategy', 'mine')
  await laySamples(storage)
  const keys = await storage.listKeys()
  expect(keys.length).toBeGreaterThanOrEqual(28)
  expect(await storage.load('agent_configs/ceo')).toEqual({ mine: true })
  expect(await storage.load('knowledge/documents/q2_strategy')).toBe('mine')
  const etags = (await storage.listPage()).objects.map(({ etag }) => etag)
  await laySamples(storage)
  expect((await storage.listPage()).objects.map(({ etag }) => etag)).toEqual(etags)
})

it('show every kind of object', async () => {
  const objects = await openObjectsApp()
  await laySamples(objects.world.storage)
  const keys = await objects.world.storage.listKeys()
  const kinds = new Map<string, string[]>()
  for (const key of keys) {
    const { kind } = await objects.json<ObjectDetails>('GET', '/object', { query: { key } })
    kinds.set(kind, [...(kinds.get(kind) ?? []), key])
    if (kind === 'image') {
      expect((await objects.ask('GET', '/image', { query: { key } })).status).toBe(200)
    }
    if (kind !== 'value') continue
    const { text } = await objects.json<ValueText>('GET', '/value', { query: { key } })
    expect(text.length).toBeGreaterThan(100)
  }
  expect([...kinds.keys()].toSorted()).toEqual(['binary', 'image', 'json', 'text', 'value'])
  expect(kinds.get('image')).toHaveLength(2)
  const model = await objects.world.storage.stat('models/lora_adapters/ceo/v1.2.safetensors')
  expect(model).toMatchObject({ size: 4 * 1024 ** 2, metadata: { 'trained-by': 'ceo' } })
})
