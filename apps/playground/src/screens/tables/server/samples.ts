/** Lays the samples: once, and never over what a person wrote. */
import { type Entity, Guid, type TableStore } from '@aos-storage/core'

const agents = ['ceo', 'cfo', 'coo', 'cto'] as const
const topics = [
  'What did the board decide about the budget?',
  'The budget is approved, with two conditions: a hiring plan, and a monthly report.',
  'Draft the hiring plan.',
  'Here is a first draft. Two engineers in spring, one analyst in autumn.',
  'Compare that with last year.',
  'Last year we hired four; three of them stayed. The plan is lower, and cheaper by 18 %.',
] as const
const turnsOfAgent = 30

const hosts = ['app-1', 'app-2', 'db-1'] as const
const samplesOfHost = 400
const stepMs = 15_000

/** When the samples begin: they are the same every time. */
const beginMs = Date.UTC(2026, 0, 12, 8)

/** @throws StorageError of the store. */
export async function laySamples(tables: TableStore): Promise<void> {
  // A table that is there already, in an account for instance, is somebody's.
  if (await tables.createTable('conversations')) {
    for (const agent of agents) await layPartition(tables, 'conversations', conversation(agent))
  }
  if (await tables.createTable('metrics')) {
    for (const host of hosts) await layPartition(tables, 'metrics', metrics(host))
  }
}

/** A transaction has at most 100 changes. */
async function layPartition(
  tables: TableStore,
  table: string,
  entities: readonly Entity[],
): Promise<void> {
  const changesMax = 100
  for (let at = 0; at < entities.length; at += changesMax) {
    const part = entities.slice(at, at + changesMax)
    await tables.transact(
      table,
      part.map((entity) => ({ type: 'insert', entity })),
    )
  }
}

/** What an agent said and was asked: every type of value, and properties that some turns lack. */
function conversation(agent: string): Entity[] {
  const seed = agents.indexOf(agent as (typeof agents)[number])
  return Array.from({ length: turnsOfAgent }, (_, turn) => {
    const isAnswer = turn % 2 === 1
    const session = Math.floor(turn / topics.length)
    return {
      partitionKey: agent,
      rowKey: `turn-${String(turn).padStart(4, '0')}`,
      role: isAnswer ? 'assistant' : 'user',
      text: topics[turn % topics.length]!,
      at: new Date(beginMs + seed * 3_600_000 + turn * 47_000),
      session: new Guid(`5e551011-0000-4000-8000-0000000000${seed}${session}`),
      isFinal: turn % topics.length === topics.length - 1,
      ...(isAnswer
        ? {
            tokens: 180 + ((turn * 73 + seed * 31) % 640),
            costNanoUsd: 9_007_199_254_740_993n + BigInt(turn * 1000 + seed),
            confidence: 0.5 + ((turn * 37 + seed * 11) % 50) / 100,
            embedding: bytes(24, turn * 7 + seed),
          }
        : {}),
    }
  })
}

/** What a machine measured, four times a minute. */
function metrics(host: string): Entity[] {
  const seed = hosts.indexOf(host as (typeof hosts)[number]) + 1
  return Array.from({ length: samplesOfHost }, (_, index) => {
    const at = new Date(beginMs + index * stepMs)
    const wave = Math.sin(index / (9 * seed)) + Math.sin(index / 41)
    const cpuPercent = Math.round((42 + 18 * wave + ((index * seed * 13) % 7)) * 10) / 10
    return {
      partitionKey: host,
      rowKey: at.toISOString().slice(0, 19).replaceAll(':', ''),
      at,
      cpuPercent,
      requests: Math.round(120 + 60 * wave),
      bytesSent: 4_294_967_296n * BigInt(seed) + BigInt(index) * 1_048_583n,
      isAlert: cpuPercent > 75,
      ...(cpuPercent > 75 ? { note: 'The load is above 75 %.' } : {}),
    }
  })
}

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 89 + seed * 53) % 256)
}
