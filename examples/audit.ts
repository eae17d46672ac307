/**
 * Who did what to which key, when, and how it ended: recorded before a change is made and again
 * with its outcome, in a file that is read back. What cannot be recorded is not done.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/audit.ts [folder]
 */
import { createReadStream, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit, fileSink, readAuditLog, runAs, StorageManager } from '@aos-storage/core'

const [folder = mkdtempSync(join(tmpdir(), 'audit-'))] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const trail = join(folder, 'audit.log')
const context = { service: 'boardroom' }
const layers = [audit({ sink: fileSink(trail), context, operations: 'all' })]
const config = { storageType: 'file', basePath: join(folder, 'data') } as const
const storage = await StorageManager.open(config, { layers })

await runAs({ actor: 'cfo', context: { requestId: 'r1' } }, async () => {
  await storage.save('budgets/q3', { amount: 50_000 })
  await storage.find('budgets/q4')
})
await runAs('intern', () => storage.delete('budgets/q3'))
await storage.exists('budgets/q3') // nobody in particular
await storage.close() // waits for what is not written yet

for await (const line of readAuditLog(createReadStream(trail))) {
  if (line.fault !== undefined) {
    console.log('line', line.line, 'is', line.fault)
    continue
  }
  const { actor, action, resource, outcome, context } = line.entry
  console.log(actor, action, resource, outcome, JSON.stringify(context))
}
