/**
 * Typed documents with a schema (zod here; valibot, arktype and others alike): checked on the way
 * in and out, created once, and changed by many at once without a lost change.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/collections.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isStorageError, StorageManager } from '@aos-storage/core'
import { z } from 'zod'

const Agent = z.object({
  name: z.string().min(1),
  role: z.enum(['executive', 'finance', 'operations']),
  tasks: z.number().int().nonnegative().default(0),
  hired: z.date(),
})

const [basePath = mkdtempSync(join(tmpdir(), 'collections-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })
const agents = storage.collection('agents', Agent)
for (const id of await agents.ids()) await agents.delete(id)

const hired = new Date('2025-12-25T00:00:00Z')
await agents.insert('ceo', { name: 'Ada', role: 'executive', hired })
await agents.put('cfo', { name: 'Bob', role: 'finance', hired, tasks: 3 })

// Create only: the first one wins.
const second = agents.insert('ceo', { name: 'Eve', role: 'executive', hired })
await second.catch(({ code }) => console.log('A second ceo:', code))

// Ten at once: each works over the version that it read, or tries again.
await Promise.all(
  Array.from({ length: 10 }, () =>
    agents.update('ceo', (agent) => ({ ...agent, tasks: agent.tasks + 1 }), { attempts: 100 }),
  ),
)
const { tasks, hired: since } = await agents.get('ceo') // typed by the schema
console.log('Tasks:', tasks, 'hired in', since.getUTCFullYear())

// What is no agent does not get in; by types it does not compile, at run time it is refused.
try {
  // @ts-expect-error -- there is no such role.
  await agents.put('coo', { name: 'Cy', role: 'chief', hired })
} catch (error) {
  if (!isStorageError(error, 'SCHEMA_INVALID')) throw error
  console.log(error.message)
}
// Nor out, whoever wrote it.
await storage.save('agents/cto', { name: '' })
await agents.get('cto').catch(({ code }) => console.log('Written past the collection:', code))
await storage.delete('agents/cto')

for await (const { id, value } of agents.documents()) console.log(id, value.name, value.role)
