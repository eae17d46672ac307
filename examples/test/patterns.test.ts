/** How data of each kind is kept: what the programs print, and what they leave on the disk. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTables, StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { runTwice } from './support/program.ts'

function json(folder: string, path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'))
}

it('agent-configuration.ts changes a configuration over the version that it read', async () => {
  const folder = await runTwice(
    'agent-configuration',
    `[ 'agent_configs/ceo', 'agent_configs/cfo' ]
PRECONDITION_FAILED: load agent_configs/ceo again, and change that
executive v1.3
true false
`,
  )
  expect(readdirSync(join(folder, 'agent_configs'))).toEqual(['ceo.json'])
  expect(json(folder, 'agent_configs/ceo.json')).toMatchObject({
    role: 'executive',
    model_config: { adapter_name: 'ceo_adapter', model_version: 'v1.3' },
  })
})

it('model-storage.ts streams weights both ways, with what is known of them', async () => {
  const folder = await runTwice(
    'model-storage',
    `8388608 llama-3.1-8b { accuracy: 0.95, loss: 0.05 }
weights
true
{
  weights: Float32Array(2) [ 0.5, -0.25 ],
  trained_at: 2025-12-25T00:00:00.000Z
}
`,
  )
  const basePath = join(folder, 'store')
  await using storage = await StorageManager.open({ storageType: 'file', basePath })
  const { info } = await storage.loadEntry('models/lora_adapters/ceo/v1.2')
  expect(info.size).toBe(8 * 1024 * 1024)
  expect(info.metadata).toMatchObject({ model_type: 'lora_adapter', base_model: 'llama-3.1-8b' })
})

it('conversation-history.ts finds conversations by who took part', async () => {
  const folder = await runTwice(
    'conversation-history',
    `conv_002 operations [ 'When do we move?' ]
conv_001 2
`,
  )
  const config = { storageType: 'file', basePath: folder } as const
  await using storage = await StorageManager.open(config)
  const keys = ['conversations/conv_001', 'conversations/conv_002']
  expect(await storage.listKeys()).toEqual(keys)
  await using tables = await openTables(config)
  const rows = await Array.fromAsync(tables.query('participations'))
  expect(rows.map(({ entity }) => [entity.partitionKey, entity.rowKey])).toEqual([
    ['ceo', 'conv_001'],
    ['ceo', 'conv_002'],
    ['cfo', 'conv_001'],
    ['coo', 'conv_002'],
  ])
})

it('knowledge-base.ts keeps sets and vectors, and finds the nearest documents', async () => {
  const folder = await runTwice(
    'knowledge-base',
    `[ 'Q2 Strategy Document 0.90', 'Q2 Budget 0.70', 'Travel Policy 0.00' ]
[ 'Q2 Budget 0.60', 'Q2 Strategy Document 0.10' ]
Q2, board, growth, planning, strategy
`,
  )
  await using storage = await StorageManager.open({ storageType: 'file', basePath: folder })
  expect(await storage.load('knowledge/documents/doc_002')).toMatchObject({
    embedding: new Float32Array([0, 0.2, 0.9]),
    metadata: { tags: new Set(['travel']) },
  })
})

it('data-types.ts gives every value back as it was, or refuses it', async () => {
  const folder = await runTwice(
    'data-types',
    `document     application/json 54 the same
text         text/plain; charset=utf-8 33 the same
binary       application/octet-stream 4 the same
moments      application/cbor 22 the same
numbers      application/cbor 21 the same
collections  application/cbor 25 the same
vector       application/cbor 11 the same
cycle        application/cbor 34 the same
SERIALIZATION: The value at $.best is an instance of Model, whose class would be lost; \
convert it to a plain object, or give the manager a codec for it
false
<svg/>
`,
  )
  expect(readFileSync(join(folder, 'types/text.txt'), 'utf8')).toContain('two weeks ahead')
  expect(existsSync(join(folder, 'types/vector.cbor'))).toBe(true)
  expect([...readFileSync(join(folder, 'types/binary.bin'))]).toEqual([0, 1, 254, 255])
})

it('file-backend.ts lays files that a person can read', async () => {
  const folder = await runTwice(
    'file-backend',
    `14 {"topic":"Q2"}
[ 'conversations/conv_001' ]
agent_configs/ceo -> agent_configs/ceo.json
conversations/conv_001 -> conversations/conv_001.json
knowledge/documents/policy -> knowledge/documents/policy.txt
models/ceo_adapter -> models/ceo_adapter.bin
{"name":"CEO"}
Call the CFO
true false
true 4 objects 42 bytes
`,
  )
  expect(json(folder, 'conversations/conv_001.json')).toEqual({ topic: 'Q2' })
  expect(existsSync(join(folder, 'notes'))).toBe(false)
})

it('key-design.ts lists by prefix and level, and refuses what breaks the rules', async () => {
  const folder = await runTwice(
    'key-design',
    `agent_configs/
conversations/
knowledge/
metrics/
models/
training_data/
metrics/performance/2025-11
metrics/performance/2025-12
[ 'metrics/performance/2025-12' ]
agents/../secrets -> has a ".." segment; keys have no relative parts
agents//ceo -> has an empty segment ("//"); join segments with a single "/"
aaaaaaaaaaaaaaaaaaaa -> is 1025 bytes long; at most 1024 fit
Ärzte/A & B: 100 %? -> fine
[ 'performance/2025-11', 'performance/2025-12' ]
[
  'agent_configs/ 1',
  'conversations/ 1',
  'knowledge/ 1',
  'metrics/ 2',
  'models/ 1',
  'training_data/ 1'
]
`,
  )
  expect(json(folder, 'metrics/performance/2025-12.json')).toEqual({ p99: 35 })
})

it('collections.ts keeps documents to their schema, and loses no change', async () => {
  const folder = await runTwice(
    'collections',
    `A second ceo: ALREADY_EXISTS
Tasks: 10 hired in 2025
The value does not satisfy its schema: $.role: not accepted (invalid_value)
Written past the collection: SCHEMA_INVALID
ceo Ada executive
cfo Bob finance
`,
  )
  await using storage = await StorageManager.open({ storageType: 'file', basePath: folder })
  expect(await storage.load('agents/ceo')).toMatchObject({ tasks: 10, hired: expect.any(Date) })
  expect(await storage.listKeys()).toEqual(['agents/ceo', 'agents/cfo'])
})

it('versioning.ts keeps every version, and rolls back to one', async () => {
  const said = `saved since: 2 current: v1.3
rolled back to: v1.2
somebody moved it meanwhile: PRECONDITION_FAILED
numbers given: 20
pruned: true kept: 3
[ [ 22, true ], [ 21, false ], [ 20, false ] ]
`
  const saidAgain = `Version 22 is there from an earlier run\n${said}`
  const folder = await runTwice('versioning', said, { saidAgain })
  expect(readdirSync(join(folder, 'agent_configs/ceo')).sort()).toEqual([
    'current.json',
    ...['v42.json', 'v43.json', 'v44.json'],
  ])
})
