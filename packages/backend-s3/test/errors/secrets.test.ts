/**
 * Secrets: no error shows one, whoever prints it. Not enumerable members count as well, because
 * test runners and some loggers print them; and so do the causes, however deep.
 */
import { S3Client } from '@aws-sdk/client-s3'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { plainServer, S3StorageBackend } from '../../src/index.ts'
import { withoutS3Secrets } from '../../src/sdk-failure.ts'
import { put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const secretAccessKey = 'a-secret-that-nobody-may-see'
const sessionToken = 'a-session-token-that-nobody-may-see'

/** Everything that can be reached from a value, as text. */
function allText(value: unknown): string {
  const seen = new Set<unknown>()
  const texts: string[] = []
  const visit = (each: unknown): void => {
    if (typeof each === 'string') texts.push(each)
    if (typeof each !== 'object' || each === null || seen.has(each)) return
    seen.add(each)
    if (each instanceof Uint8Array) texts.push(Buffer.from(each).toString('latin1'))
    if (each instanceof Map || each instanceof Set) for (const entry of each) visit(entry)
    for (const name of Reflect.ownKeys(each)) {
      if (typeof name === 'string') texts.push(name)
      visit((each as Record<PropertyKey, unknown>)[name])
    }
  }
  visit(value)
  return texts.join('\n')
}

function everyPrint(error: unknown): string {
  return [
    String(error),
    (error as Error).stack ?? '',
    JSON.stringify(error),
    JSON.stringify((error as Error).cause),
    inspect(error, { depth: 10 }),
    inspect(error, { depth: 10, showHidden: true }),
    allText(error),
  ].join('\n')
}

/** Every call of the contract, and those of the extras that sign by themselves. */
function callsOf(store: S3StorageBackend): readonly (() => Promise<unknown>)[] {
  return [
    () => store.stat('doc'),
    () => store.read('doc'),
    () => put(store, 'doc', 'x'),
    () => put(store, 'doc', new Uint8Array(9_000_000)),
    () => store.delete('doc'),
    () => store.list(),
    () => store.copy('doc', 'to'),
    () => store.getTags('doc'),
    () => Array.fromAsync(store.listVersions('doc')),
  ]
}

describe.each(['our own client', 'a given client'])('errors of %s', (kind) => {
  const faults = [
    { kind: 'error', code: 'SignatureDoesNotMatch' },
    { kind: 'error', code: 'InternalError' },
    { kind: 'dropped-request' },
  ] as const
  it.each(faults)('never show what signs: %j', async (fault) => {
    const { s3, options } = await simulatedBucket()
    const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey, sessionToken }
    s3.addCredentials(credentials)
    const { endpoint, region } = options
    const client = new S3Client({
      ...{ endpoint: endpoint!, region: region!, credentials, maxAttempts: 1 },
      forcePathStyle: true,
    })
    onTestFinished(() => client.destroy())
    const place = kind === 'a given client' ? { client } : { endpoint, region, credentials }
    const store = await S3StorageBackend.open({
      ...{ bucket: options.bucket, server: plainServer, attemptsMax: 2, retryDelayMs: 1 },
      ...place,
    })
    onTestFinished(() => store.close())
    s3.script({ fault })
    const signature = /Signature=([0-9a-f]{64})/
    for (const call of callsOf(store)) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (error === undefined) continue
      const shown = everyPrint(error)
      expect(shown).toContain('StorageError')
      expect(shown).not.toContain(secretAccessKey)
      expect(shown).not.toContain(sessionToken)
      expect(shown).not.toMatch(signature)
    }
    const health = await store.health()
    expect(health.ok).toBe(false)
    expect(everyPrint(health)).not.toContain(sessionToken)
  })
})

describe('texts', () => {
  it.each([
    ['https://b/k?X-Amz-Signature=abc123&x=1', 'abc123'],
    ['https://b/k?X-Amz-Security-Token=tok%2Fen&x=1', 'tok%2Fen'],
    ['Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2026/x, Signature=abc123', 'abc123'],
    ['<SignatureProvided>abc123</SignatureProvided>', 'abc123'],
    ['<StringToSign>AWS4 secret</StringToSign>', 'AWS4 secret'],
    ['x-amz-security-token: abc123', 'abc123'],
  ])('lose what is secret: %s', (text, secret) => {
    expect(withoutS3Secrets(text)).not.toContain(secret)
  })

  it('keep the rest', () => {
    expect(withoutS3Secrets('The bucket is in region eu-west-1')).toBe(
      'The bucket is in region eu-west-1',
    )
  })
})
