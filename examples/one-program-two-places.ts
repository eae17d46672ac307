/**
 * One program on a laptop and on Azure: objects, a table and a queue, opened by one configuration
 * from the environment. Nothing below the first lines knows where it runs.
 *
 *   export AOS_STORAGE_TYPE=file AOS_STORAGE_BASE_PATH=./shop-data
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/one-program-two-places.ts
 *
 * On Azure: AOS_STORAGE_TYPE=azure, AOS_AZURE_CONTAINER and AOS_AZURE_CONNECTION_STRING.
 */
import {
  and,
  configFromEnvironment,
  openQueues,
  openTables,
  StorageManager,
  where,
} from '@aos-storage/core'

const config = configFromEnvironment()
const storage = await StorageManager.open(config)
const tables = await openTables(config)
const queues = await openQueues(config)
console.error(`objects in ${storage.name}, tables in ${tables.name}, queues in ${queues.name}`)

await tables.createTable('tasks')
await queues.createQueue('agent-tasks')

// Work comes in: the report is an object, the task a row, the order to do it a message.
for (const [at, agent] of ['ceo', 'cfo', 'coo'].entries()) {
  const report = `reports/${agent}`
  await storage.save(report, { agent, figures: [at, at * 2, at * 3] })
  await tables.upsert('tasks', {
    partitionKey: agent,
    rowKey: 'report',
    state: 'open',
    pages: 10 * (at + 1),
    due: new Date('2026-01-31T00:00:00Z'),
  })
  await queues.sendMessage('agent-tasks', { agent, report })
}

// Workers do it, four at a time, until there is nothing left.
const done = new AbortController()
let handled = 0
await queues.consume(
  'agent-tasks',
  async (message) => {
    const { agent, report } = await message.load<{ agent: string; report: string }>()
    const { figures } = await storage.load<{ figures: number[] }>(report)
    const { entity, etag } = await tables.get('tasks', agent, 'report')
    const total = figures.reduce((sum, figure) => sum + figure, 0)
    // A message may come twice: the version says whether somebody else was here meanwhile.
    await tables.update('tasks', { ...entity, state: 'done', total }, { ifMatch: etag })
    if (++handled === 3) done.abort()
  },
  { concurrency: 4, signal: done.signal },
)

// And somebody looks.
const long = and(where('state').eq('done'), where('pages').gt(10))
for await (const { entity } of tables.query('tasks', { filter: long })) {
  const { partitionKey: agent, pages, total } = entity
  console.log(`${agent}: ${String(pages)} pages, total ${String(total)}`)
}
console.log(`left in the queue: ${await queues.length('agent-tasks')}`)

await Promise.all([storage.close(), tables.close(), queues.close()])
