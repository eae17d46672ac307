/** The tables of claims in the guide are what the backends claim, and ratios what was measured. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AzureQueueBackend,
  AzureStorageBackend,
  AzureTableBackend,
} from '@aos-storage/backend-azure'
import {
  FileStorageBackend,
  SqliteQueueBackend,
  SqliteTableBackend,
} from '@aos-storage/backend-file'
import { awsServer, plainServer, S3StorageBackend } from '@aos-storage/backend-s3'
import {
  type Capabilities,
  MemoryQueueBackend,
  MemoryStorageBackend,
  MemoryTableBackend,
} from '@aos-storage/core'
import { afterAll, beforeAll, expect, it } from 'vitest'

const page = new URL('../../../docs/guides/consistency-and-durability.md', import.meta.url)
const connectionString = 'UseDevelopmentStorage=true'

let basePath = ''
beforeAll(() => {
  basePath = mkdtempSync(join(tmpdir(), 'aos-claims-'))
})
afterAll(() => rmSync(basePath, { recursive: true }))

it('claims of objects', async () => {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' }
  const s3 = { bucket: 'bucket', region: 'us-east-1', credentials }
  const backends = {
    memory: new MemoryStorageBackend(),
    file: new FileStorageBackend({ basePath }),
    azure: new AzureStorageBackend({ connectionString, container: 'agents' }),
    s3: await S3StorageBackend.open({ ...s3, server: awsServer }),
    's3 without conditions': await S3StorageBackend.open({ ...s3, server: plainServer }),
  }
  const { rows, columns } = tableUnder('What each backend claims')
  expect(columns).toEqual(Object.keys(backends))
  const names = Object.keys(backends.memory.capabilities).filter((name) => name !== 'extras')
  expect(new Set(rows.map(([name]) => name))).toEqual(new Set(names))
  for (const [name, ...cells] of rows) {
    const claims = Object.values(backends).map(({ capabilities }) =>
      shown(capabilities[name as keyof Capabilities]),
    )
    expect([name, ...cells]).toEqual([name, ...claims])
  }
  for (const backend of Object.values(backends)) await backend.close()
})

it('claims of tables and queues', async () => {
  const backends = {
    memory: [new MemoryTableBackend(), new MemoryQueueBackend()],
    file: [new SqliteTableBackend({ basePath }), new SqliteQueueBackend({ basePath })],
    azure: [
      new AzureTableBackend({ connectionString }),
      new AzureQueueBackend({ connectionString }),
    ],
  } as const
  const { rows, columns } = tableUnder('Tables and queues')
  expect(columns).toEqual(Object.keys(backends))
  const all = Object.values(backends)
  const claimsOf = {
    'tables `durability`': all.map(([tables]) => tables.capabilities.durability),
    'queues `durability`': all.map(([, queues]) => queues.capabilities.durability),
    messageBytesMax: all.map(([, queues]) => queues.capabilities.messageBytesMax),
    recreatesAtOnce: all.map(([, queues]) => queues.capabilities.recreatesAtOnce),
  }
  expect(rows).toEqual(
    Object.entries(claimsOf).map(([name, claims]) => [name, ...claims.map(shown)]),
  )
  for (const stores of all) for (const store of stores) await store.close()
})

it('ratios of the root README', () => {
  const root = new URL('../../../', import.meta.url)
  const { rows } = tableUnder('Measured', new URL('README.md', root))
  expect(rows.length).toBeGreaterThan(5)
  for (const [what = '', beside, ratio] of rows) {
    const [, path = '', anchor] = /\]\((.+)#(.+)\)$/.exec(what) ?? []
    const sections = readFileSync(new URL(path, root), 'utf8').split('\n## ')
    const section = sections.find((text) => slugOf(text.split('\n')[0] ?? '') === anchor) ?? ''
    const row = section.split('\n').find((line) => line.startsWith(`| ${beside} `)) ?? what
    expect(row).toContain(`| ${ratio} `)
  }
})

function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

/** The first table below a heading, its cells without the marks of code around all of them. */
function tableUnder(heading: string, file: URL = page): { columns: string[]; rows: string[][] } {
  const text = readFileSync(file, 'utf8').split(`\n## ${heading}\n`)[1] ?? ''
  const lines = /(?:^\|.*\n)+/m.exec(text)?.[0].trimEnd().split('\n') ?? []
  const [head = [], , ...rows] = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  )
  return { columns: head.slice(1), rows }
}

function shown(claim: unknown): string {
  return typeof claim === 'string' ? `'${claim}'` : String(claim)
}
