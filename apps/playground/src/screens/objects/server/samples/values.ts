/** The values of the samples: the specification's own examples, told further. */
import type { SaveEntry } from '@aos-storage/core'
import { noise, weights } from './noise.ts'

interface Agent {
  readonly id: string
  readonly name: string
  readonly capabilities: readonly string[]
  readonly version: string
}

const agents: readonly Agent[] = [
  {
    id: 'ceo',
    name: 'Chief Executive Officer',
    capabilities: ['strategy', 'decision_making'],
    version: 'v1.2',
  },
  {
    id: 'cfo',
    name: 'Chief Financial Officer',
    capabilities: ['forecasting', 'budgeting', 'reporting'],
    version: 'v1.0',
  },
  {
    id: 'coo',
    name: 'Chief Operating Officer',
    capabilities: ['scheduling', 'process_design'],
    version: 'v1.1',
  },
  {
    id: 'cto',
    name: 'Chief Technology Officer',
    capabilities: ['architecture', 'code_review', 'incident_response'],
    version: 'v0.9',
  },
]

function agentConfig({ id, name, capabilities, version }: Agent): SaveEntry {
  const value = {
    agent_id: id,
    name,
    role: 'executive',
    status: 'active',
    capabilities,
    model_config: { adapter_name: `${id}_adapter`, model_version: version },
  }
  return [`agent_configs/${id}`, value]
}

function conversation(
  key: string,
  topic: string,
  messages: readonly (readonly [role: string, content: string])[],
): SaveEntry {
  const startMs = Date.UTC(2025, 11, 25, 9)
  const value = {
    conversation_id: key.slice(key.lastIndexOf('/') + 1),
    participants: [...new Set(messages.map(([role]) => role))],
    messages: messages.map(([role, content], place) => {
      return { role, content, timestamp: new Date(startMs + place * 47_000).toISOString() }
    }),
    metadata: { topic, created_at: new Date(startMs).toISOString() },
  }
  return [key, value]
}

function metrics(month: string, days: number, seed: number): SaveEntry {
  const next = noise(seed)
  const daily = Array.from({ length: days }, (_, day) => {
    return {
      date: `${month}-${String(day + 1).padStart(2, '0')}`,
      requests: Math.round(4000 + next() * 2500),
      p95_ms: Math.round(80 + next() * 60),
      error_rate: Math.round(next() * 80) / 10_000,
    }
  })
  return { key: `metrics/performance/${month}`, value: { month, unit: 'per day', daily } }
}

/** What `saveMany` stores. */
export const sampleValues: readonly SaveEntry[] = [
  ...agents.map(agentConfig),
  conversation('conversations/conv_001', 'financial_planning', [
    ['ceo', "What's the Q2 forecast?"],
    ['cfo', 'Revenue projection is $5M, 12% above plan.'],
    ['ceo', 'What could still go wrong?'],
    ['cfo', 'Two renewals in May. I have kept $400k in reserve for them.'],
  ]),
  conversation('conversations/conv_002', 'capacity', [
    ['coo', 'Indexing runs into the morning since Monday.'],
    ['cto', 'The embeddings doubled. I move the job to two workers tonight.'],
    ['coo', 'Thanks. Done by seven?'],
    ['cto', 'By half past five.'],
  ]),
  conversation('conversations/boardroom/session_001', 'quarterly_review', [
    ['ceo', 'Let us begin with the numbers.'],
    ['cfo', 'Costs are flat, revenue grew by 9%.'],
    ['coo', 'Two projects are late, both by a week.'],
    ['cto', 'No incident that a customer noticed.'],
    ['ceo', 'Then we decide on the adapters: v1.2 goes live on Friday.'],
  ]),
  {
    key: 'models/lora_adapters/ceo/v1.2',
    value: {
      model_type: 'lora_adapter',
      base_model: 'llama-3.1-8b',
      adapter_weights: new Uint8Array(weights(4096, 12).buffer),
      hyperparameters: { r: 16, lora_alpha: 32 },
      training_metrics: { accuracy: 0.95, loss: 0.05 },
      created_at: new Date(Date.UTC(2025, 11, 25)),
    },
  },
  {
    key: 'models/ceo_adapter',
    value: new Uint8Array(weights(16_384, 1).buffer),
    metadata: { 'trained-by': 'pipeline-7', 'base-model': 'llama-3.1-8b' },
  },
  {
    key: 'knowledge/documents/doc_001',
    value: {
      document_id: 'doc_001',
      title: 'Q2 Strategy Document',
      content: 'We grow where we are known: renewals first, then the two new regions.',
      metadata: { category: 'strategy', author: 'ceo', tags: ['Q2', 'strategy', 'planning'] },
    },
  },
  {
    key: 'knowledge/documents/doc_002',
    value: {
      document_id: 'doc_002',
      title: 'Who answers what',
      reviewed_at: new Date(Date.UTC(2025, 11, 12, 14, 30)),
      tags: new Set(['organisation', 'on-call']),
      owners: new Map([
        ['budget', { agent: 'cfo', since: new Date(Date.UTC(2025, 8, 1)) }],
        ['incidents', { agent: 'cto', since: new Date(Date.UTC(2025, 5, 15)) }],
      ]),
      embedding: weights(384, 2),
      supersedes: undefined,
      readers: 12_345_678_901_234_567_890n,
    },
  },
  ['knowledge/embeddings/doc_001', weights(768, 3)],
  ['knowledge/embeddings/doc_002', weights(768, 4)],
  metrics('2025-11', 30, 5),
  metrics('2025-12', 31, 6),
]
