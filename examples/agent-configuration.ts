/**
 * Agent configurations: saved, loaded, listed, and changed over the version that was read, so that
 * two writers never lose a change of each other's.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source \
 *     examples/agent-configuration.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isStorageError, StorageManager } from '@aos-storage/core'

interface AgentConfig {
  readonly agent_id: string
  readonly name: string
  readonly role: string
  readonly capabilities: readonly string[]
  readonly model_config: { readonly adapter_name: string; readonly model_version: string }
}

const [basePath = mkdtempSync(join(tmpdir(), 'agent-configuration-'))] = process.argv.slice(2)
await using storage = await StorageManager.open({ storageType: 'file', basePath })

const ceo: AgentConfig = {
  agent_id: 'ceo',
  name: 'Chief Executive Officer',
  role: 'executive',
  capabilities: ['strategy', 'decision_making'],
  model_config: { adapter_name: 'ceo_adapter', model_version: 'v1.2' },
}
await storage.save(`agent_configs/${ceo.agent_id}`, ceo)
await storage.save('agent_configs/cfo', { ...ceo, agent_id: 'cfo', role: 'finance' })
console.log(await storage.listKeys('agent_configs/'))

// Read with its version, changed, and written over that version only.
const { value, info } = await storage.loadEntry<AgentConfig>('agent_configs/ceo')
const model_config = { ...value.model_config, model_version: 'v1.3' }
await storage.save('agent_configs/ceo', { ...value, model_config }, { ifMatch: info.etag })

// Somebody who read before that change does not undo it.
try {
  await storage.save('agent_configs/ceo', { ...value, role: 'advisor' }, { ifMatch: info.etag })
} catch (error) {
  if (!isStorageError(error, 'PRECONDITION_FAILED')) throw error
  console.log(`${error.code}: load ${error.key} again, and change that`)
}
const { role, model_config: model } = await storage.load<AgentConfig>('agent_configs/ceo')
console.log(role, model.model_version)

console.log(await storage.delete('agent_configs/cfo'), await storage.exists('agent_configs/cfo'))
