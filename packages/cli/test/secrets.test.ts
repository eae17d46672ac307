/** No secret is ever told, whatever command meets it, and wherever it is kept. */
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { CommandDefinition } from '../src/command.ts'
import { definitions } from '../src/definitions/index.ts'
import { run, temporaryFolder } from './support/run.ts'

/** A store stands for `@`. */
const commands: Readonly<Record<string, readonly string[]>> = {
  ls: ['@'],
  stat: ['@k'],
  cat: ['@k'],
  du: ['@'],
  verify: ['@', '@x'],
  put: ['-', '@k'],
  get: ['@k', '-'],
  cp: ['@k', '@l'],
  mv: ['@k', '@l'],
  rm: ['--yes', '@k'],
  sync: ['@', '@x/'],
  migrate: ['@', '@x/'],
  'versions list': ['@k'],
  'versions get': ['@k'],
  'versions restore': ['@k', '1'],
  'versions prune': ['@k', '--keep', '1', '--yes'],
  'tables list': ['@'],
  'tables create': ['@', 'things'],
  'tables drop': ['--yes', '@', 'things'],
  'tables query': ['@', 'things'],
  'tables get': ['@', 'things', 'p', 'r'],
  'tables put': ['@', 'things'],
  'tables delete': ['@', 'things', 'p', 'r'],
  'tables export': ['@', 'things'],
  'tables import': ['@', 'things'],
  'queues list': ['@'],
  'queues create': ['@', 'jobs'],
  'queues drop': ['--yes', '@', 'jobs'],
  'queues send': ['@', 'jobs', 'x'],
  'queues peek': ['@', 'jobs'],
  'queues receive': ['@', 'jobs'],
  'queues length': ['@', 'jobs'],
  'queues clear': ['--yes', '@', 'jobs'],
  doctor: ['@'],
  conformance: ['--yes', '--group', 'delete', '@'],
  bench: ['--count', '1', '@'],
}
/** These open no store. */
const others = ['completion']

const secret = 'hunter2hunter2'
const key = Buffer.from(secret).toString('base64')
const dead = '127.0.0.1:1'
const endpoints = ['Blob', 'Queue', 'Table'].map((each) => `${each}Endpoint=http://${dead}/acme`)
const env = {
  KEY: secret,
  CONNECTION: `AccountName=acme;AccountKey=${key};${endpoints.join(';')}`,
  SAS: `http://${dead}/acme/box?sv=2026-01-01&sp=r&sig=${secret}`,
  AOS_STORAGE_URL: `s3://id:${secret}@bucket`,
}
const profiles = {
  azure: {
    ...{ storageType: 'azure', container: 'box', attemptsMax: 1 },
    connectionString: { env: 'CONNECTION' },
  },
  sas: { storageType: 'azure', sasUrl: { env: 'SAS' }, attemptsMax: 1 },
  server: {
    ...{ storageType: 's3', bucket: 'bucket', endpoint: `http://${dead}`, attemptsMax: 1 },
    credentials: { accessKeyId: { env: 'KEY' }, secretAccessKey: { file: 'SECRET_FILE' } },
  },
  within: { storageType: 's3', bucket: 'b', endpoint: `http://id:${secret}@${dead}` },
}

it('tries every command there is', () => {
  expect([...namesOf(definitions, '')].toSorted()).toEqual(
    [...Object.keys(commands), ...others].toSorted(),
  )
})

describe.each([...Object.keys(profiles), 'env', 's3://id:hunter2hunter2@'])('in %s', (name) => {
  it('stays there', async () => {
    await using folder = await temporaryFolder()
    const text = JSON.stringify({ profiles }).replace('SECRET_FILE', folder.at('secret'))
    await writeFile(folder.at('p.json'), text)
    await writeFile(folder.at('secret'), `${secret}\n`)
    const store = name.includes(':') ? `${name}bucket/` : `${name}:`
    for (const [command, args] of Object.entries(commands)) {
      const given = [...command.split(' '), ...args.map((arg) => arg.replace('@', store))]
      for (const more of [[], ['--json']]) {
        const { code, stdout, stderr } = await run([...given, ...more], {
          cwd: folder.path,
          env: { ...env, AOS_STORAGE_CONFIG: folder.at('p.json') },
          stdin: '{"partitionKey":"p","rowKey":"r"}',
        })
        const told = stdout + stderr
        const leaks = [secret, key, encodeURIComponent(key)].filter((each) => told.includes(each))
        // A stack is for mistakes of this program, and may hold anything.
        const hasStack = told.includes('    at ')
        const found = { given, isFailed: code !== 0, leaks, hasStack }
        expect(found).toEqual({ given, isFailed: true, leaks: [], hasStack: false })
      }
    }
  })
})

it('does not echo a connection string that is given as a location', async () => {
  const given = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2'
  const { code, stdout, stderr } = await run(['ls', given])
  expect(code).toBe(2)
  expect(stdout + stderr).not.toContain('hunter2')
})

function* namesOf(given: readonly CommandDefinition[], above: string): Generator<string> {
  for (const { name, commands: below } of given) {
    if (below === undefined) yield `${above}${name}`
    else yield* namesOf(below, `${above}${name} `)
  }
}
